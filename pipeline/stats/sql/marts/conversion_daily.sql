-- grain: product, local day, channel; days with views or orders
-- step: conversion
-- kind: kept
-- Views, visitors and orders per day.
-- column channel: null for orders without a channel; those have no views
-- column visitors: sum over hours: a visitor of two hours counts twice; 0 where only views are counted
-- column orders: orders with a placed event on that day and channel, cancelled or not
-- column units: units placed
-- column order_rate: orders / visitors; null without visitors
-- column order_rate_low: lower end of the Wilson interval at 95 % (Wilson 1927); null if the rate exceeds 1
-- column order_rate_high: upper end of that interval
WITH sums AS (
    -- A union and not an outer join: a null channel forms a group, but equals nothing.
    SELECT
        product_id, day, channel, sum(views) AS views, sum(visitors) AS visitors,
        sum(orders) AS orders, sum(units) AS units,
        CAST(sum(orders) AS DOUBLE) / nullif(sum(visitors), 0) AS order_rate,
        3.841458820694124 / nullif(sum(visitors), 0) AS z2_per_n
    FROM (
        SELECT product_id, day, channel, views, visitors, 0 AS orders, 0 AS units FROM view_days
        UNION ALL
        SELECT product_id, day, channel, 0 AS views, 0 AS visitors, orders, units FROM order_days
    )
    GROUP BY product_id, day, channel
)

SELECT
    product_id, day, channel, views, visitors, orders, units, order_rate,
    CASE WHEN order_rate <= 1
        THEN greatest(least(
            (order_rate + z2_per_n / 2 - sqrt(z2_per_n * (order_rate * (1 - order_rate) + z2_per_n / 4))) / (1 + z2_per_n),
            order_rate
        ), 0)
    END AS order_rate_low,
    CASE WHEN order_rate <= 1
        THEN least(greatest(
            (order_rate + z2_per_n / 2 + sqrt(z2_per_n * (order_rate * (1 - order_rate) + z2_per_n / 4))) / (1 + z2_per_n),
            order_rate
        ), 1)
    END AS order_rate_high
FROM sums
-- Nothing is left of the views of a retracted file.
WHERE views <> 0 OR visitors <> 0 OR orders <> 0
