-- Is the champion calibrated? Predicted and observed hit rate by tenth of the probability.
SELECT floor(p_hit * 10) / 10 AS predicted_from, count(*) AS offers, round(avg(p_hit), 3) AS predicted,
    round(avg(CASE WHEN hit THEN 1.0 ELSE 0.0 END), 3) AS observed
FROM backtest_scores
WHERE model = 'champion'
GROUP BY predicted_from
ORDER BY predicted_from;

-- Which predictions were most wrong?
SELECT s.slot_date, s.id, p.title, p.category, round(s.p_hit, 2) AS predicted, s.hit
FROM backtest_scores AS s
LEFT JOIN offer_features AS p ON p.id = s.id AND p.slot_date = s.slot_date
WHERE s.model = 'champion'
ORDER BY abs(CASE WHEN s.hit THEN 1.0 ELSE 0.0 END - s.p_hit) DESC
LIMIT 15;

-- How did the model do in each slot?
SELECT slot_date, count(*) AS offers, sum(CASE WHEN hit THEN 1 ELSE 0 END) AS hits, round(sum(p_hit), 1) AS hits_expected
FROM backtest_scores
WHERE model = 'champion'
GROUP BY slot_date
ORDER BY slot_date;
