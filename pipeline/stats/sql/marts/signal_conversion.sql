-- grain: category, kind
-- Orders per social signal, over campaigns with an outcome whose product had a signal of that kind from
-- its announcement to its close: elsewhere the kind may not have been counted at all.
-- orders_per_signal_shrunk moves a category toward the ratio of its kind over all categories, as if it
-- had 10 more campaigns like the average one of that kind. So the weight is 10 x (mean signals of the
-- kind), and means the same for kinds counted in thousands and in ones. 10 is an assumption: about the
-- number at which a category begins to speak for itself. It is not fitted.
WITH campaigns AS (
    SELECT p.category, s.kind, s.signals, o.orders_placed AS orders
    FROM campaign_signals AS s
    INNER JOIN campaign_outcomes AS o ON s.campaign_id = o.campaign_id
    INNER JOIN stg_products AS p ON o.product_id = p.product_id AND p.superseded_at IS NULL
    WHERE o.hit IS NOT NULL AND s.signals > 0
),

sums AS (
    SELECT category, kind, count(*) AS n_campaigns, sum(signals) AS signals, sum(orders) AS orders
    FROM campaigns
    GROUP BY category, kind
),

means AS (
    SELECT
        kind,
        CAST(sum(signals) AS DOUBLE) / sum(n_campaigns) AS mean_signals,
        CAST(sum(orders) AS DOUBLE) / sum(n_campaigns) AS mean_orders
    FROM sums
    GROUP BY kind
)

SELECT
    s.category, s.kind, s.n_campaigns, s.signals, s.orders,
    CAST(s.orders AS DOUBLE) / s.signals AS orders_per_signal,
    (s.orders + 10 * m.mean_orders) / (s.signals + 10 * m.mean_signals) AS orders_per_signal_shrunk
FROM sums AS s
INNER JOIN means AS m ON s.kind = m.kind
