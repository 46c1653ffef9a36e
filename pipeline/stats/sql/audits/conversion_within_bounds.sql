-- finds: shares, rates or intervals outside [0, 1], or intervals that do not contain their rate
-- step: market
SELECT concat('refund_lag ', CAST(lag_days AS VARCHAR)) AS key, share AS found
FROM refund_lag
WHERE NOT (share BETWEEN 0 AND 1)
UNION ALL
SELECT concat('order_curve ', category, ' ', CAST(hour AS VARCHAR)) AS key, share_p50 AS found
FROM order_curve
WHERE share_p10 > share_p50 OR share_p50 > share_p90 OR share_p10 < 0
UNION ALL
SELECT concat('signal_conversion ', category, ' ', kind) AS key, orders_per_signal_shrunk AS found
FROM signal_conversion
WHERE orders_per_signal < 0 OR orders_per_signal_shrunk < 0
UNION ALL
SELECT concat('cohorts ', CAST(first_slot AS VARCHAR), ' ', CAST(slots_since AS VARCHAR)) AS key, CAST(returning_customers AS DOUBLE) AS found
FROM cohorts
WHERE returning_customers > customers OR (slots_since = 0 AND returning_customers <> customers)
