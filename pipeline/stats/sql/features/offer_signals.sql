-- grain: offer, slot, T; only offers that were seen or signalled
-- Social signals and visitors of the product over the 60 whole days before T and the day under way at T, as
-- known at T. Days end at the hour at which slots open, so at most Ts no day is under way.
SELECT
    id, slot_date, knowledge_at,
    sum(alerts) AS alerts, sum(wishes) AS wishes, sum(shares) AS shares, sum(likes) AS likes,
    sum(alerts_7d) AS alerts_7d, sum(other_signals) AS other_signals, sum(visitors) AS visitors
FROM (
    SELECT
        o.id, o.slot_date, o.knowledge_at,
        CASE WHEN s.kind = 'alert' THEN s.count ELSE 0 END AS alerts,
        CASE WHEN s.kind = 'wish' THEN s.count ELSE 0 END AS wishes,
        CASE WHEN s.kind = 'share' THEN s.count ELSE 0 END AS shares,
        CASE WHEN s.kind = 'like' THEN s.count ELSE 0 END AS likes,
        CASE WHEN s.kind = 'alert' AND s.seen_on > o.before_week THEN s.count ELSE 0 END
            AS alerts_7d,
        CASE WHEN s.kind NOT IN ('alert', 'wish', 'share', 'like') THEN s.count ELSE 0 END AS other_signals,
        0 AS visitors
    FROM offers AS o
    INNER JOIN signal_days AS s ON o.product_id = s.product_id
    WHERE
        s.seen_on <= o.knowledge_on AND s.seen_on > o.before_lookback
        AND s.known_on <= o.knowledge_on
    UNION ALL
    SELECT o.id, o.slot_date, o.knowledge_at, 0, 0, 0, 0, 0, 0, v.visitors
    FROM offers AS o
    INNER JOIN view_days AS v ON o.product_id = v.product_id
    WHERE
        v.seen_on <= o.knowledge_on AND v.seen_on > o.before_lookback
        AND v.known_on <= o.knowledge_on
)
GROUP BY id, slot_date, knowledge_at
