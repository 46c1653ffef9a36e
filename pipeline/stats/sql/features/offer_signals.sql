-- grain: offer, slot, T; only offers with views or signals
-- step: features
-- kind: view
-- Social signals and visitors of the product as known at T, over 60 whole days before T and the current day.
-- Days end at the hour at which slots open, so at most Ts the current day is empty. The join uses product and week,
-- which keeps the number of pairs small.
WITH offer_weeks AS (
    SELECT
        offer_key, product_id, knowledge_on, before_week, before_lookback,
        unnest(range(
            CAST(CAST(before_lookback AS INT) / 7 AS BIGINT), CAST(CAST(knowledge_on AS INT) / 7 AS BIGINT) + 1
        )) AS week
    FROM offers
),

signals AS (
    SELECT
        o.offer_key,
        sum(CASE WHEN s.kind = 'alert' THEN s.count ELSE 0 END) AS alerts,
        sum(CASE WHEN s.kind = 'wish' THEN s.count ELSE 0 END) AS wishes,
        sum(CASE WHEN s.kind = 'share' THEN s.count ELSE 0 END) AS shares,
        sum(CASE WHEN s.kind = 'like' THEN s.count ELSE 0 END) AS likes,
        sum(CASE WHEN s.kind = 'alert' AND s.occurred_on > o.before_week THEN s.count ELSE 0 END) AS alerts_7d,
        sum(CASE WHEN s.kind NOT IN ('alert', 'wish', 'share', 'like') THEN s.count ELSE 0 END) AS other_signals
    FROM offer_weeks AS o
    INNER JOIN (SELECT *, CAST(CAST(occurred_on AS INT) / 7 AS BIGINT) AS week FROM signal_days) AS s
        ON o.product_id = s.product_id AND o.week = s.week
    WHERE s.occurred_on <= o.knowledge_on AND s.occurred_on > o.before_lookback AND s.known_on <= o.knowledge_on
    GROUP BY o.offer_key
),

views AS (
    SELECT o.offer_key, sum(v.visitors) AS visitors
    FROM offer_weeks AS o
    INNER JOIN (SELECT *, CAST(CAST(occurred_on AS INT) / 7 AS BIGINT) AS week FROM view_days) AS v
        ON o.product_id = v.product_id AND o.week = v.week
    WHERE v.occurred_on <= o.knowledge_on AND v.occurred_on > o.before_lookback AND v.known_on <= o.knowledge_on
    GROUP BY o.offer_key
)

SELECT
    o.id, o.slot_date, o.knowledge_at,
    coalesce(s.alerts, 0) AS alerts, coalesce(s.wishes, 0) AS wishes, coalesce(s.shares, 0) AS shares,
    coalesce(s.likes, 0) AS likes, coalesce(s.alerts_7d, 0) AS alerts_7d,
    coalesce(s.other_signals, 0) AS other_signals, coalesce(v.visitors, 0) AS visitors
FROM offers AS o
LEFT JOIN signals AS s ON o.offer_key = s.offer_key
LEFT JOIN views AS v ON o.offer_key = v.offer_key
WHERE s.offer_key IS NOT NULL OR v.offer_key IS NOT NULL
