-- Is the model better than the base rate, by more than sampling error?
SELECT model, n, round(log_loss, 4) AS log_loss, round(base_rate_log_loss - log_loss, 4) AS gain,
    round(log_loss_se, 4) AS se, verdict
FROM backtest_metrics
ORDER BY log_loss;

-- If every slot had taken the best of the list, what share of them would have been hits?
SELECT model, round(precision_at_seats, 3) AS precision_at_seats, round(base_rate, 3) AS base_rate
FROM backtest_metrics
ORDER BY precision_at_seats DESC;

-- Is each model calibrated? Its ece is then within the noise floor.
SELECT model, round(ece, 3) AS ece, round(ece_noise_floor, 3) AS noise_floor, ece <= ece_noise_floor AS is_calibrated
FROM backtest_metrics;
