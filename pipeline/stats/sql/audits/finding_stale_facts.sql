-- finding: tables whose last fact lies more than three days before as_of
SELECT table_name AS key, last_at AS found
FROM fact_tables
WHERE last_at < $as_of - INTERVAL '3 days'
