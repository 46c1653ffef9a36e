-- Which slots did the ranking model predict worst?
SELECT s.predicted_slot, s.n, s.hits, round(s.expected_hits, 1) AS expected
FROM model_slots AS s
INNER JOIN models AS m ON s.model = m.model
WHERE m.promoted
ORDER BY abs(s.hits - s.expected_hits) DESC
LIMIT 10;

-- In how many slots was the model better than the base rate?
SELECT model, count(*) AS slots, sum(CASE WHEN log_loss < base_rate_log_loss THEN 1 ELSE 0 END) AS better
FROM model_slots
GROUP BY model
ORDER BY model;

-- How many hits were expected per quarter, and how many were observed?
SELECT date_trunc('quarter', predicted_slot) AS quarter, sum(hits) AS hits, round(sum(expected_hits), 1) AS expected
FROM model_slots
WHERE model = 'base_rate'
GROUP BY quarter
ORDER BY quarter;
