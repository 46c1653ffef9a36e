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

changes AS (
    SELECT
        s.campaign_key, s.observed_at, coalesce(s.measure, 'total') AS measure,
        s.known_at AS changed_at, 1 AS sign, s.units, s.amount
    FROM stg_order_snapshots AS s
    WHERE s.superseded_at IS NULL OR s.known_at < s.superseded_at
    UNION ALL
    SELECT
        s.campaign_key, s.observed_at, coalesce(s.measure, 'total') AS measure,
        s.superseded_at AS changed_at, -1 AS sign, s.units, s.amount
    FROM stg_order_snapshots AS s
    WHERE s.known_at < s.superseded_at
),

increments AS (
    SELECT
        w.campaign_id, w.opens_at, w.closes_at,
        greatest(c.changed_at, w.closes_at) AS known_from,
        CAST(sum(c.sign * coalesce(c.units, 0)) AS BIGINT) AS units_change,
        CAST(sum(c.sign * coalesce(c.amount, 0)) AS DECIMAL(18, 2)) AS amount_change
    FROM changes AS c
    INNER JOIN windows AS w ON c.campaign_key = w.campaign_key
    WHERE c.measure = 'increment'
    GROUP BY w.campaign_id, w.opens_at, w.closes_at, greatest(c.changed_at, w.closes_at)
),

-- A total counts from the time it is known, unless a newer one was known before.
totals AS (
    SELECT
        t.*,
        lag(t.units) OVER in_order AS earlier_units,
        lag(t.amount) OVER in_order AS earlier_amount
    FROM (
        SELECT
            c.*,
            max(c.observed_at) OVER (
                PARTITION BY c.campaign_key ORDER BY c.changed_at, c.observed_at
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS newest_before
        FROM changes AS c
        WHERE c.measure = 'total' AND c.sign = 1
    ) AS t
    WHERE t.newest_before IS NULL OR t.observed_at >= t.newest_before
    WINDOW in_order AS (PARTITION BY t.campaign_key ORDER BY t.changed_at, t.observed_at)
)

SELECT * FROM increments
UNION ALL
SELECT
    w.campaign_id, w.opens_at, w.closes_at,
    greatest(t.changed_at, w.closes_at) AS known_from,
    CAST(sum(coalesce(t.units, 0) - coalesce(t.earlier_units, 0)) AS BIGINT) AS units_change,
    CAST(sum(coalesce(t.amount, 0) - coalesce(t.earlier_amount, 0)) AS DECIMAL(18, 2)) AS amount_change
FROM totals AS t
INNER JOIN windows AS w ON t.campaign_key = w.campaign_key
GROUP BY w.campaign_id, w.opens_at, w.closes_at, greatest(t.changed_at, w.closes_at)
