-- Where does the champion gain least over the base rate?
SELECT dimension, key, n, round(gain, 4) AS gain, round(gain_se, 4) AS gain_se, verdict
FROM backtest_segments
ORDER BY gain
LIMIT 10;

-- Are new makers harder to predict?
SELECT key, n, round(base_rate, 3) AS base_rate, round(log_loss, 4) AS log_loss, round(auc, 3) AS auc
FROM backtest_segments
WHERE dimension = 'maker'
ORDER BY key;

-- In which segments is demand outside the interval most often?
SELECT dimension, key, n, round(coverage_80, 3) AS coverage FROM backtest_segments ORDER BY coverage_80 LIMIT 10;
