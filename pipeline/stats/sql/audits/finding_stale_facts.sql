-- finds: tables whose last fact is more than three days before as_of
-- remedy: check the export of these tables, and deliver the missing files
-- step: market
SELECT table_name AS key, last_at AS found
FROM fact_tables
WHERE last_at < $as_of - INTERVAL '3 days'
