-- grain: campaign closed by as_of, or withdrawn
-- step: orders
-- kind: memory
-- Demand of each campaign in its window, as known at as_of. The window of a withdrawn campaign ends with its withdrawal,
-- because later cancellations and counts are results of the withdrawal.
WITH withdrawals AS (
    SELECT c.campaign_key, c.campaign_id, c.opens_at, least(c.closes_at, min(v.known_at)) AS ends_at
    FROM slot_campaigns AS c
    INNER JOIN stg_campaigns AS v ON c.campaign_id = v.campaign_id AND v.status = 'withdrawn'
    LEFT JOIN (
        SELECT campaign_id, max(superseded_at) AS last_offered
        FROM stg_campaigns
        WHERE status <> 'withdrawn' AND known_at < superseded_at
        GROUP BY campaign_id
    ) AS o ON c.campaign_id = o.campaign_id
    WHERE c.status = 'withdrawn' AND (o.last_offered IS NULL OR v.known_at >= o.last_offered)
    GROUP BY c.campaign_key, c.campaign_id, c.opens_at, c.closes_at
),

events AS (
    SELECT w.campaign_id, sum(o.units_change) AS units, sum(o.amount_change) AS amount
    FROM withdrawals AS w
    INNER JOIN order_changes AS o ON w.campaign_key = o.campaign_key AND o.occurred_at < w.ends_at
    GROUP BY w.campaign_id
),

snapshots AS (
    SELECT
        w.campaign_id, s.measure, s.units, s.amount,
        row_number() OVER (PARTITION BY w.campaign_id, s.measure ORDER BY s.observed_at DESC) AS recency
    FROM withdrawals AS w
    INNER JOIN (SELECT * REPLACE (coalesce(measure, 'total') AS measure) FROM stg_order_snapshots) AS s
        ON w.campaign_key = s.campaign_key AND s.observed_at <= w.ends_at
    -- A newer total ends the interval of an older one, which stays the count at its own time.
    WHERE s.is_latest_version AND (s.superseded_at IS NULL OR s.measure = 'total')
),

snapshot_totals AS (
    SELECT
        campaign_id,
        coalesce(max(CASE WHEN measure = 'total' AND recency = 1 THEN units END), 0)
        + coalesce(sum(CASE WHEN measure = 'increment' THEN units END), 0) AS units,
        coalesce(max(CASE WHEN measure = 'total' AND recency = 1 THEN amount END), 0)
        + coalesce(sum(CASE WHEN measure = 'increment' THEN amount END), 0) AS amount
    FROM snapshots
    GROUP BY campaign_id
)

SELECT
    w.campaign_id,
    CAST(coalesce(e.units, s.units, 0) AS BIGINT) AS units,
    CAST(coalesce(e.amount, s.amount, 0) AS DECIMAL(18, 2)) AS amount
FROM withdrawals AS w
LEFT JOIN events AS e ON w.campaign_id = e.campaign_id
LEFT JOIN snapshot_totals AS s ON w.campaign_id = s.campaign_id
UNION ALL
SELECT d.campaign_id, d.units, d.amount
FROM demand_versions AS d
INNER JOIN slot_campaigns AS c
    ON d.campaign_id = c.campaign_id AND d.opens_at = c.opens_at AND d.closes_at = c.closes_at
WHERE d.known_until IS NULL AND c.status <> 'withdrawn'
