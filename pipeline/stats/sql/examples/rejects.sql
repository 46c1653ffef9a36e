-- Why are rows rejected?
SELECT table_name, reason, column_name, count(*) AS rows, min(file) AS example_file
FROM rejects
GROUP BY table_name, reason, column_name
ORDER BY rows DESC;

-- What do the rejected rows of a table look like?
SELECT file, line, reason, column_name, raw
FROM rejects
WHERE table_name = 'order_events'
ORDER BY file, line
LIMIT 20;

-- Does the quality of a source decline? Rejected rows by day of ingestion.
SELECT CAST(date_trunc('day', known_at) AS DATE) AS day, table_name, count(*) AS rows
FROM rejects
GROUP BY day, table_name
ORDER BY day DESC, rows DESC;
