-- grain: campaign, window, time at which a change of its demand became known
-- step: orders
-- kind: view
-- Demand changes from order snapshots, for sources without events. Increments add up; a total replaces older totals.
-- Payments confirmed after the close still count.
WITH windows AS (
    SELECT DISTINCT campaign_key, campaign_id, opens_at, closes_at
    FROM stg_campaigns
    WHERE closes_at <= $as_of
),

-- Each snapshot is added when it begins to hold and subtracted when it ends to.
changes AS (
    SELECT s.campaign_key, s.known_at AS changed_at, 1 AS sign, s.units, s.amount
    FROM stg_order_snapshots AS s
    WHERE s.superseded_at IS NULL OR s.known_at < s.superseded_at
    UNION ALL
    SELECT s.campaign_key, s.superseded_at AS changed_at, -1 AS sign, s.units, s.amount
    FROM stg_order_snapshots AS s
    WHERE s.known_at < s.superseded_at
)

SELECT
    w.campaign_id, w.opens_at, w.closes_at,
    greatest(c.changed_at, w.closes_at) AS known_from,
    CAST(sum(c.sign * coalesce(c.units, 0)) AS BIGINT) AS units_change,
    CAST(sum(c.sign * coalesce(c.amount, 0)) AS DECIMAL(18, 2)) AS amount_change
FROM changes AS c
INNER JOIN windows AS w ON c.campaign_key = w.campaign_key
GROUP BY w.campaign_id, w.opens_at, w.closes_at, greatest(c.changed_at, w.closes_at)
