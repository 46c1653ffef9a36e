-- Which channel turns visitors into orders?
SELECT channel, sum(visitors) AS visitors, sum(orders) AS orders,
    round(sum(orders) * 1.0 / nullif(sum(visitors), 0), 4) AS order_rate
FROM conversion_daily
GROUP BY channel
ORDER BY order_rate DESC;

-- How did visitors and orders develop, week by week?
SELECT CAST(date_trunc('week', day) AS DATE) AS week, sum(visitors) AS visitors, sum(orders) AS orders, sum(units) AS units
FROM conversion_daily
GROUP BY week
ORDER BY week DESC
LIMIT 26;

-- On which weekdays do people order?
SELECT d.weekday, sum(c.orders) AS orders, sum(c.visitors) AS visitors
FROM conversion_daily AS c
INNER JOIN calendar_days AS d ON d.day = c.day
GROUP BY d.weekday
ORDER BY d.weekday;
