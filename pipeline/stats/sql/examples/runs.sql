-- What was the status of the last runs?
SELECT run_id, verb, status, as_of, round(seconds, 1) AS seconds, message
FROM runs
ORDER BY started_at DESC
LIMIT 20;

-- How long do nights take, week by week?
SELECT CAST(date_trunc('week', started_at) AS DATE) AS week, count(*) AS nights, round(avg(seconds), 1) AS mean, round(max(seconds), 1) AS longest
FROM runs
WHERE verb = 'nightly' AND status = 'done'
GROUP BY week
ORDER BY week DESC;

-- How many runs ended in each status? A killed run that was never resumed stays running.
SELECT verb, status, count(*) AS runs, max(started_at) AS last, max(attempt) AS most_attempts
FROM runs
GROUP BY verb, status
ORDER BY verb, status;
