-- How many hits were expected, and how many were observed?
SELECT slot_date, count(*) AS ran, sum(p_hit) AS expected, sum(CAST(hit AS INT)) AS hits
FROM slot_results
GROUP BY slot_date
ORDER BY slot_date;

-- Which predictions were most wrong?
SELECT slot_date, title, p_hit, hit
FROM slot_results
ORDER BY abs(p_hit - CAST(hit AS INT)) DESC, slot_date, candidate_id
LIMIT 5;

-- How often is demand within the interval?
SELECT avg(CAST(demand BETWEEN demand_p10 AND demand_p90 AS DOUBLE)) AS covered
FROM slot_results
WHERE demand_p10 IS NOT NULL AND demand IS NOT NULL;
