-- Which products had the most signals in the last 28 days?
SELECT product_id, sum(count) AS signals, sum(CASE WHEN kind = 'alert' THEN count ELSE 0 END) AS alerts
FROM signal_daily
WHERE day > (SELECT max(day) FROM signal_daily) - INTERVAL '28 days'
GROUP BY product_id
ORDER BY signals DESC, product_id
LIMIT 20;

-- How do kinds of signal develop, month by month?
SELECT CAST(date_trunc('month', day) AS DATE) AS month, kind, sum(count) AS signals, count(DISTINCT product_id) AS products
FROM signal_daily
GROUP BY month, kind
ORDER BY month DESC, signals DESC;

-- Which products have more alerts in the last week than in the week before?
WITH last AS (SELECT max(day) AS day FROM signal_daily)
SELECT
    s.product_id,
    sum(CASE WHEN s.day > l.day - INTERVAL '7 days' THEN s.count ELSE 0 END) AS this_week,
    sum(CASE WHEN s.day <= l.day - INTERVAL '7 days' THEN s.count ELSE 0 END) AS week_before
FROM signal_daily AS s
CROSS JOIN last AS l
WHERE s.kind = 'alert' AND s.day > l.day - INTERVAL '14 days'
GROUP BY s.product_id
HAVING this_week > week_before
ORDER BY this_week - week_before DESC, s.product_id
LIMIT 20;
