-- grain: product, local day, channel; days with views or with orders
-- visitors is a sum over hours: who came in two hours counts twice. orders counts those with a placed
-- event on that day and channel, units are as placed: later cancels and refunds take nothing away.
-- Orders of an unknown channel stand under a null channel and meet no views.
-- order_rate is orders / visitors, null without visitors; order_rate_low and order_rate_high: Wilson
-- interval at 95 % (Wilson 1927), null as well where the rate exceeds 1.
WITH views AS (
    SELECT
        v.product_id,
        CAST(v.hour + z.utc_offset AS DATE) AS day,
        v.channel,
        v.views,
        v.visitors
    FROM stg_page_views AS v
    INNER JOIN stg_zone_offsets AS z ON v.hour >= z.starts_at AND v.hour < z.ends_at
    WHERE v.superseded_at IS NULL
),

placed AS (
    SELECT
        c.product_id,
        CAST(e.occurred_at + z.utc_offset AS DATE) AS day,
        e.channel,
        e.order_id,
        coalesce(e.units, 0) AS units
    FROM stg_order_events AS e
    INNER JOIN stg_campaigns AS c ON e.campaign_id = c.campaign_id AND c.superseded_at IS NULL
    INNER JOIN stg_zone_offsets AS z ON e.occurred_at >= z.starts_at AND e.occurred_at < z.ends_at
    WHERE e.event = 'placed' AND e.superseded_at IS NULL
),

-- A union and not an outer join: a null channel is a group, but equals nothing.
days AS (
    SELECT product_id, day, channel, sum(views) AS views, sum(visitors) AS visitors, 0 AS orders, 0 AS units
    FROM views
    GROUP BY product_id, day, channel
    UNION ALL
    SELECT
        product_id, day, channel, 0 AS views, 0 AS visitors,
        count(DISTINCT order_id) AS orders, sum(units) AS units
    FROM placed
    GROUP BY product_id, day, channel
),

sums AS (
    SELECT
        product_id, day, channel, sum(views) AS views, sum(visitors) AS visitors,
        sum(orders) AS orders, sum(units) AS units,
        CAST(sum(orders) AS DOUBLE) / nullif(sum(visitors), 0) AS order_rate,
        3.841458820694124 / nullif(sum(visitors), 0) AS z2_per_n
    FROM days
    GROUP BY product_id, day, channel
)

SELECT
    product_id, day, channel, views, visitors, orders, units, order_rate,
    CASE WHEN order_rate <= 1
        THEN greatest((order_rate + z2_per_n / 2 - sqrt(z2_per_n * (order_rate * (1 - order_rate) + z2_per_n / 4)))
            / (1 + z2_per_n), 0)
    END AS order_rate_low,
    CASE WHEN order_rate <= 1
        THEN least((order_rate + z2_per_n / 2 + sqrt(z2_per_n * (order_rate * (1 - order_rate) + z2_per_n / 4)))
            / (1 + z2_per_n), 1)
    END AS order_rate_high
FROM sums
