-- grain: campaign, window, time at which a change of its demand became known
-- step: orders
-- kind: view
-- Demand changes from order snapshots, while no order event of the campaign holds.
WITH snapshots AS (
    SELECT s.*, c.campaign_key
    FROM snapshot_demand_changes AS s
    INNER JOIN (SELECT DISTINCT campaign_key, campaign_id FROM stg_campaigns) AS c ON s.campaign_id = c.campaign_id
),

-- Number of order events that hold, for campaigns with snapshots; few have both.
event_changes AS (
    SELECT e.campaign_key, e.changed_at, sum(e.change) AS change
    FROM (
        SELECT campaign_key, known_at AS changed_at, 1 AS change
        FROM stg_order_events
        WHERE superseded_at IS NULL OR known_at < superseded_at
        UNION ALL
        SELECT campaign_key, superseded_at AS changed_at, -1 AS change
        FROM stg_order_events
        WHERE known_at < superseded_at
    ) AS e
    LEFT SEMI JOIN snapshots AS s ON e.campaign_key = s.campaign_key
    GROUP BY e.campaign_key, e.changed_at
),

event_counts AS (
    SELECT
        campaign_key, changed_at,
        sum(change) OVER (
            PARTITION BY campaign_key ORDER BY changed_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) > 0 AS has_events
    FROM event_changes
),

-- Times from which snapshots count or do not count.
event_periods AS (
    SELECT campaign_key, changed_at, CASE WHEN has_events THEN -1 ELSE 1 END AS sign
    FROM (
        SELECT
            campaign_key, changed_at, has_events,
            coalesce(lag(has_events) OVER (PARTITION BY campaign_key ORDER BY changed_at), FALSE) AS had_events
        FROM event_counts
    )
    WHERE has_events <> had_events
)

SELECT
    campaign_id, opens_at, closes_at, counts_from AS known_from,
    sum(sign) * units_change AS units_change, sum(sign) * amount_change AS amount_change
FROM (
    SELECT *, known_from AS counts_from, 1 AS sign FROM snapshots
    UNION ALL
    SELECT s.*, greatest(p.changed_at, s.known_from) AS counts_from, p.sign
    FROM snapshots AS s
    INNER JOIN event_periods AS p ON s.campaign_key = p.campaign_key
)
GROUP BY campaign_id, opens_at, closes_at, known_from, counts_from, units_change, amount_change
HAVING sum(sign) <> 0
