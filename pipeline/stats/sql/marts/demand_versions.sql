-- grain: campaign, window, interval in which its demand was known to have this value
-- step: orders
-- kind: memory
-- Holds in [known_from, known_until). Snapshots count while no order event holds.
WITH changes AS (
    SELECT * FROM order_demand_changes
    UNION ALL
    SELECT * FROM snapshot_demand
    UNION ALL
    -- A campaign without orders has a demand of 0 at its close.
    SELECT DISTINCT campaign_id, opens_at, closes_at, closes_at AS known_from, 0 AS units_change,
        CAST(0 AS DECIMAL(18, 2)) AS amount_change
    FROM stg_campaigns
    WHERE closes_at <= $as_of
),

changes_by_time AS (
    SELECT
        campaign_id, opens_at, closes_at, known_from,
        sum(units_change) AS units_change,
        sum(amount_change) AS amount_change
    FROM changes
    GROUP BY campaign_id, opens_at, closes_at, known_from
)

SELECT
    campaign_id, opens_at, closes_at, known_from,
    lead(known_from) OVER by_time AS known_until,
    sum(units_change) OVER so_far AS units,
    CAST(sum(amount_change) OVER so_far AS DECIMAL(18, 2)) AS amount
FROM changes_by_time
WINDOW
    by_time AS (PARTITION BY campaign_id, opens_at, closes_at ORDER BY known_from),
    so_far AS (
        PARTITION BY campaign_id, opens_at, closes_at ORDER BY known_from
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
