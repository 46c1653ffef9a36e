-- grain: campaign whose running net demand ever reached its threshold or its capacity
-- The first moments at which it did. Running over single events is slow, so whole days are summed first, and
-- only days that begin below the mark and may rise to it are run through event by event.
-- column reached_at: the first crossing of the threshold, kept if cancels undo it
-- column sold_out_at: the same for the capacity
WITH changes AS (
    SELECT
        c.campaign_number, c.threshold, c.capacity, o.occurred_at, o.event,
        CAST(o.occurred_at AS BIGINT) / 86400000000 AS epoch_day,
        CASE WHEN c.threshold_basis = 'amount' THEN o.amount_change ELSE CAST(o.units_change AS DECIMAL(18, 2)) END
            AS change
    FROM slot_campaigns AS c
    INNER JOIN order_changes AS o ON c.campaign_number = o.campaign_number
),

days_told AS (
    SELECT
        h.*,
        coalesce(sum(h.change) OVER (
            PARTITION BY h.campaign_number ORDER BY h.epoch_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS before
    FROM (
        SELECT
            campaign_number, epoch_day, threshold, capacity, sum(change) AS change,
            sum(CASE WHEN change > 0 THEN change ELSE 0 END) AS rise
        FROM changes
        GROUP BY campaign_number, epoch_day, threshold, capacity
    ) AS h
),

rising AS (
    SELECT campaign_number, epoch_day, before
    FROM days_told
    WHERE
        (before < threshold AND before + rise >= threshold)
        OR (before < capacity AND before + rise >= capacity)
),

running AS (
    SELECT
        e.campaign_number, e.occurred_at, e.threshold, e.capacity,
        r.before + sum(e.change) OVER (
            PARTITION BY e.campaign_number, e.epoch_day ORDER BY e.occurred_at, e.event DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS demand
    FROM rising AS r
    INNER JOIN changes AS e ON r.campaign_number = e.campaign_number AND r.epoch_day = e.epoch_day
)

SELECT
    campaign_number,
    min(CASE WHEN demand >= threshold THEN occurred_at END) AS reached_at,
    min(CASE WHEN demand >= capacity THEN occurred_at END) AS sold_out_at
FROM running
GROUP BY campaign_number
