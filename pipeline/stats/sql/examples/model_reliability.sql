-- When the model said seven in ten, how many were hits?
SELECT r.bin, r.n, round(r.p_mean, 3) AS said, round(r.hits * 1.0 / r.n, 3) AS came
FROM model_reliability AS r
INNER JOIN models AS m ON r.model = m.model
WHERE m.promoted
ORDER BY r.bin;

-- In which bins does chance not explain the difference?
SELECT model, bin, p_mean, rate_low, rate_high
FROM model_reliability
WHERE p_mean < rate_low OR p_mean > rate_high
ORDER BY model, bin;

-- How far apart are the chances of each model?
SELECT model, round(min(p_mean), 3) AS lowest, round(max(p_mean), 3) AS highest
FROM model_reliability
GROUP BY model
ORDER BY model;
