-- grain: campaign whose running net demand ever reached its threshold or its capacity
-- step: orders
-- kind: view
-- First times at which it did. A running sum over single events is slow. Daily totals select the days that begin below
-- the mark and can rise to it; only their events are summed one by one.
-- column reached_at: first crossing of the threshold, kept if cancellations undo it
-- column sold_out_at: first crossing of the capacity, kept as well
WITH changes AS (
    SELECT
        c.campaign_key, c.threshold, c.capacity, o.occurred_at, o.event,
        CAST(o.occurred_at AS BIGINT) / 86400000000 AS epoch_day,
        CASE WHEN c.threshold_basis = 'amount' THEN o.amount_change ELSE CAST(o.units_change AS DECIMAL(18, 2)) END
            AS change
    FROM slot_campaigns AS c
    INNER JOIN order_changes AS o ON c.campaign_key = o.campaign_key
),

daily_totals AS (
    SELECT
        h.*,
        coalesce(sum(h.change) OVER (
            PARTITION BY h.campaign_key ORDER BY h.epoch_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS before
    FROM (
        SELECT
            campaign_key, epoch_day, threshold, capacity, sum(change) AS change,
            sum(CASE WHEN change > 0 THEN change ELSE 0 END) AS rise
        FROM changes
        GROUP BY campaign_key, epoch_day, threshold, capacity
    ) AS h
),

rising AS (
    SELECT campaign_key, epoch_day, before
    FROM daily_totals
    WHERE
        (before < threshold AND before + rise >= threshold)
        OR (before < capacity AND before + rise >= capacity)
),

running AS (
    SELECT
        e.campaign_key, e.occurred_at, e.threshold, e.capacity,
        r.before + sum(e.change) OVER (
            PARTITION BY e.campaign_key, e.epoch_day ORDER BY e.occurred_at, e.event DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS demand
    FROM rising AS r
    INNER JOIN changes AS e ON r.campaign_key = e.campaign_key AND r.epoch_day = e.epoch_day
)

SELECT
    campaign_key,
    min(CASE WHEN demand >= threshold THEN occurred_at END) AS reached_at,
    min(CASE WHEN demand >= capacity THEN occurred_at END) AS sold_out_at
FROM running
GROUP BY campaign_key
