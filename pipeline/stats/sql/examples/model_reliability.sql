-- Is the ranking model calibrated? Predicted and observed hit rate by bin.
SELECT r.bin, r.n, round(r.p_mean, 3) AS predicted, round(r.hits * 1.0 / r.n, 3) AS observed
FROM model_reliability AS r
INNER JOIN models AS m ON r.model = m.model
WHERE m.promoted
ORDER BY r.bin;

-- In which bins is the difference larger than sampling error?
SELECT model, bin, p_mean, rate_low, rate_high
FROM model_reliability
WHERE p_mean < rate_low OR p_mean > rate_high
ORDER BY model, bin;

-- Which range of probabilities does each model predict?
SELECT model, round(min(p_mean), 3) AS lowest, round(max(p_mean), 3) AS highest
FROM model_reliability
GROUP BY model
ORDER BY model;
