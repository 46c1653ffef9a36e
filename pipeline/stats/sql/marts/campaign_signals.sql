-- grain: campaign that has opened, kind of signal
-- Signals of its product from its announcement, 28 days before its opening, to its close (or as_of).
-- Campaigns of one product that follow each other closely share some of them.
SELECT c.campaign_id, s.kind, sum(s.count) AS signals
FROM stg_campaigns AS c
INNER JOIN stg_social_signals AS s ON c.product_id = s.product_id
WHERE
    c.superseded_at IS NULL AND s.superseded_at IS NULL AND c.opens_at < $as_of
    AND s.occurred_at >= c.opens_at - INTERVAL '28 days' AND s.occurred_at < c.closes_at
GROUP BY c.campaign_id, s.kind
