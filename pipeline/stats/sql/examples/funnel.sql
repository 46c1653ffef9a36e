-- Which campaigns had many visitors and few orders?
SELECT f.campaign_id, p.title, f.visitors, f.orders, round(f.order_rate, 4) AS order_rate
FROM funnel AS f
INNER JOIN campaign_outcomes AS o ON o.campaign_id = f.campaign_id
LEFT JOIN offer_features AS p ON p.campaign_id = f.campaign_id
WHERE f.visitors >= 200 AND o.hit IS NOT NULL
ORDER BY order_rate, f.campaign_id
LIMIT 15;

-- How many visitors, alerts and orders do hits and misses have on average?
SELECT o.hit, count(*) AS campaigns, round(avg(f.visitors)) AS visitors, round(avg(f.alerts), 1) AS alerts,
    round(avg(f.orders), 1) AS orders
FROM funnel AS f
INNER JOIN campaign_outcomes AS o ON o.campaign_id = f.campaign_id
WHERE o.hit IS NOT NULL
GROUP BY o.hit;

-- How many alerts are there per order, by category?
SELECT p.category, count(*) AS campaigns, sum(f.alerts) AS alerts, sum(f.orders) AS orders,
    round(sum(f.alerts) * 1.0 / nullif(sum(f.orders), 0), 2) AS alerts_per_order
FROM funnel AS f
INNER JOIN offer_features AS p ON p.campaign_id = f.campaign_id
GROUP BY p.category
ORDER BY alerts_per_order;
