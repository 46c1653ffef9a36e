-- grain: offer, slot, T; only offers that were seen or signalled
-- Social signals and visitors of the product over the 60 whole days before T and the day under way at T, as
-- known at T. Days end at the hour at which slots open, so at most Ts no day is under way. Offers meet days by
-- product and week, so that few pairs are made that do not count.
WITH asked AS (
    SELECT
        offer_number, product_id, knowledge_on, before_week, before_lookback,
        unnest(range(
            CAST(CAST(before_lookback AS INT) / 7 AS BIGINT), CAST(CAST(knowledge_on AS INT) / 7 AS BIGINT) + 1
        )) AS week
    FROM offers
),

signals AS (
    SELECT
        o.offer_number,
        sum(CASE WHEN s.kind = 'alert' THEN s.count ELSE 0 END) AS alerts,
        sum(CASE WHEN s.kind = 'wish' THEN s.count ELSE 0 END) AS wishes,
        sum(CASE WHEN s.kind = 'share' THEN s.count ELSE 0 END) AS shares,
        sum(CASE WHEN s.kind = 'like' THEN s.count ELSE 0 END) AS likes,
        sum(CASE WHEN s.kind = 'alert' AND s.seen_on > o.before_week THEN s.count ELSE 0 END) AS alerts_7d,
        sum(CASE WHEN s.kind NOT IN ('alert', 'wish', 'share', 'like') THEN s.count ELSE 0 END) AS other_signals
    FROM asked AS o
    INNER JOIN (SELECT *, CAST(CAST(seen_on AS INT) / 7 AS BIGINT) AS week FROM signal_days) AS s
        ON o.product_id = s.product_id AND o.week = s.week
    WHERE s.seen_on <= o.knowledge_on AND s.seen_on > o.before_lookback AND s.known_on <= o.knowledge_on
    GROUP BY o.offer_number
),

views AS (
    SELECT o.offer_number, sum(v.visitors) AS visitors
    FROM asked AS o
    INNER JOIN (SELECT *, CAST(CAST(seen_on AS INT) / 7 AS BIGINT) AS week FROM view_days) AS v
        ON o.product_id = v.product_id AND o.week = v.week
    WHERE v.seen_on <= o.knowledge_on AND v.seen_on > o.before_lookback AND v.known_on <= o.knowledge_on
    GROUP BY o.offer_number
)

SELECT
    o.id, o.slot_date, o.knowledge_at,
    coalesce(s.alerts, 0) AS alerts, coalesce(s.wishes, 0) AS wishes, coalesce(s.shares, 0) AS shares,
    coalesce(s.likes, 0) AS likes, coalesce(s.alerts_7d, 0) AS alerts_7d,
    coalesce(s.other_signals, 0) AS other_signals, coalesce(v.visitors, 0) AS visitors
FROM offers AS o
LEFT JOIN signals AS s ON o.offer_number = s.offer_number
LEFT JOIN views AS v ON o.offer_number = v.offer_number
WHERE s.offer_number IS NOT NULL OR v.offer_number IS NOT NULL
