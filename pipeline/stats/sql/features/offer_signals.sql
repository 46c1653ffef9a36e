-- grain: offer, slot; only offers that were seen or signalled
-- Social signals and visitors of the product over the 60 days before the offer's T, as known at T.
SELECT
    id, knowledge_at,
    sum(alerts) AS alerts, sum(wishes) AS wishes, sum(shares) AS shares, sum(likes) AS likes,
    sum(alerts_7d) AS alerts_7d, sum(other_signals) AS other_signals, sum(visitors) AS visitors
FROM (
    SELECT
        o.id, o.knowledge_at,
        CASE WHEN s.kind = 'alert' THEN s.count ELSE 0 END AS alerts,
        CASE WHEN s.kind = 'wish' THEN s.count ELSE 0 END AS wishes,
        CASE WHEN s.kind = 'share' THEN s.count ELSE 0 END AS shares,
        CASE WHEN s.kind = 'like' THEN s.count ELSE 0 END AS likes,
        CASE WHEN s.kind = 'alert' AND s.occurred_at >= o.knowledge_at - INTERVAL '7 days' THEN s.count ELSE 0 END
            AS alerts_7d,
        CASE WHEN s.kind NOT IN ('alert', 'wish', 'share', 'like') THEN s.count ELSE 0 END AS other_signals,
        0 AS visitors
    FROM offers AS o
    INNER JOIN stg_social_signals AS s ON o.product_id = s.product_id
    WHERE
        s.occurred_at < o.knowledge_at AND s.occurred_at >= o.knowledge_at - INTERVAL '60 days'
        AND s.known_at <= o.knowledge_at
        AND (s.superseded_at IS NULL OR s.superseded_at > o.knowledge_at)
    UNION ALL
    SELECT o.id, o.knowledge_at, 0, 0, 0, 0, 0, 0, v.visitors
    FROM offers AS o
    INNER JOIN stg_page_views AS v ON o.product_id = v.product_id
    WHERE
        v.hour < o.knowledge_at AND v.hour >= o.knowledge_at - INTERVAL '60 days'
        AND v.known_at <= o.knowledge_at
        AND (v.superseded_at IS NULL OR v.superseded_at > o.knowledge_at)
)
GROUP BY id, knowledge_at
