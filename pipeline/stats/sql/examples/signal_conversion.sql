-- Which kinds of signal have the most orders per signal?
SELECT kind, sum(n_campaigns) AS campaigns, sum(signals) AS signals, sum(orders) AS orders,
    round(sum(orders) * 1.0 / nullif(sum(signals), 0), 2) AS orders_per_signal
FROM signal_conversion
GROUP BY kind
ORDER BY orders_per_signal DESC;

-- In which category does an alert bring the most orders?
SELECT category, n_campaigns, signals, round(orders_per_signal, 2) AS orders_per_signal,
    round(orders_per_signal_shrunk, 2) AS shrunk
FROM signal_conversion
WHERE kind = 'alert'
ORDER BY orders_per_signal_shrunk DESC;

-- Which figures rest on the fewest campaigns?
SELECT category, kind, n_campaigns, orders_per_signal, orders_per_signal_shrunk
FROM signal_conversion
ORDER BY n_campaigns, category, kind
LIMIT 10;
