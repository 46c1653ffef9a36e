-- Which kinds of signal stand beside the most orders?
SELECT kind, sum(n_campaigns) AS campaigns, sum(signals) AS signals, sum(orders) AS orders,
    round(sum(orders) * 1.0 / nullif(sum(signals), 0), 2) AS orders_per_signal
FROM signal_conversion
GROUP BY kind
ORDER BY orders_per_signal DESC;

-- In which category is an alert worth the most?
SELECT category, n_campaigns, signals, round(orders_per_signal, 2) AS orders_per_signal,
    round(orders_per_signal_shrunk, 2) AS shrunk
FROM signal_conversion
WHERE kind = 'alert'
ORDER BY orders_per_signal_shrunk DESC;

-- Where are there too few campaigns to trust the figure?
SELECT category, kind, n_campaigns, orders_per_signal, orders_per_signal_shrunk
FROM signal_conversion
ORDER BY n_campaigns, category, kind
LIMIT 10;
