-- grain: campaign whose running net demand ever reached its threshold or its capacity
-- The first moments at which it did. Running over single events is slow, so whole hours are summed first, and
-- only hours that begin below the mark and may rise to it are run through event by event.
-- column reached_at: the first crossing of the threshold, kept if cancels undo it
-- column sold_out_at: the same for the capacity
WITH changes AS (
    SELECT
        c.campaign_number, c.threshold, c.capacity, o.occurred_at, o.event,
        CAST(o.occurred_at AS BIGINT) / 3600000000 AS hour,
        CASE WHEN c.threshold_basis = 'amount' THEN o.amount_change ELSE CAST(o.units_change AS DECIMAL(18, 2)) END
            AS change
    FROM slot_campaigns AS c
    INNER JOIN order_changes AS o ON c.campaign_number = o.campaign_number
),

hours AS (
    SELECT
        h.*,
        coalesce(sum(h.change) OVER (
            PARTITION BY h.campaign_number ORDER BY h.hour ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS before
    FROM (
        SELECT
            campaign_number, hour, threshold, capacity, sum(change) AS change,
            sum(CASE WHEN change > 0 THEN change ELSE 0 END) AS rise
        FROM changes
        GROUP BY campaign_number, hour, threshold, capacity
    ) AS h
),

rising AS (
    SELECT campaign_number, hour, before
    FROM hours
    WHERE
        (before < threshold AND before + rise >= threshold)
        OR (before < capacity AND before + rise >= capacity)
),

running AS (
    SELECT
        e.campaign_number, e.occurred_at, e.threshold, e.capacity,
        r.before + sum(e.change) OVER (
            PARTITION BY e.campaign_number, e.hour ORDER BY e.occurred_at, e.event DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS demand
    FROM rising AS r
    INNER JOIN changes AS e ON r.campaign_number = e.campaign_number AND r.hour = e.hour
)

SELECT
    campaign_number,
    min(CASE WHEN demand >= threshold THEN occurred_at END) AS reached_at,
    min(CASE WHEN demand >= capacity THEN occurred_at END) AS sold_out_at
FROM running
GROUP BY campaign_number
