-- How many visitors and alerts does the first offer have per day?
SELECT d.day, d.visitors, d.alerts
FROM offer_days AS d
INNER JOIN rankings AS r ON d.candidate_id = r.candidate_id AND d.slot_date = r.slot_date
WHERE r.rank = 1
ORDER BY d.slot_date, d.day;

-- On which days did the listed offers have most visitors?
SELECT day, sum(visitors) AS visitors
FROM offer_days
GROUP BY day
ORDER BY visitors DESC, day
LIMIT 3;

-- Which offers had alerts on most days?
SELECT candidate_id, count(*) AS days
FROM offer_days
WHERE alerts > 0
GROUP BY candidate_id
ORDER BY days DESC, candidate_id
LIMIT 5;
