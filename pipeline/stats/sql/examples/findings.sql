-- What did the audits of the last run find?
SELECT audit, meaning, rows, first, remedy
FROM findings
ORDER BY audit;

-- Which findings concern most rows?
SELECT audit, rows, first
FROM findings
ORDER BY rows DESC, audit;

-- How many audits found something, and for which time?
SELECT r.run_id, r.as_of, count(f.audit) AS audits, sum(f.rows) AS rows
FROM runs AS r
INNER JOIN findings AS f ON r.run_id = f.run_id
GROUP BY r.run_id, r.as_of;
