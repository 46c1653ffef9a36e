-- Which stages take most time?
SELECT stage, count(*) AS times, round(avg(seconds), 2) AS seconds, max(peak_memory_bytes) / 1048576 AS peak_mib
FROM run_stages
WHERE status = 'done'
GROUP BY stage
ORDER BY seconds DESC;

-- Which stages of the last run took how long?
SELECT stage, status, round(seconds, 2) AS seconds, rows_in, rows_out
FROM run_stages
WHERE run_id = (SELECT max(run_id) FROM run_stages)
ORDER BY seconds DESC;

-- Does building the relations take longer from night to night?
SELECT run_id, round(seconds, 1) AS seconds, rows_in, rows_out
FROM run_stages
WHERE stage = 'stats'
ORDER BY run_id DESC
LIMIT 30;
