-- grain: campaign that closed by as_of, lag_days
-- column lag_days: local calendar days from the day of the close to that of the refund; below zero: before it
SELECT
    c.slot_date, c.campaign_id,
    CAST(e.day - c.closes_on AS BIGINT) AS lag_days,
    count(*) AS refunds
FROM stg_order_events AS e
INNER JOIN slot_campaigns AS n ON e.campaign_number = n.campaign_number
INNER JOIN campaign_orders AS c ON n.campaign_id = c.campaign_id
WHERE e.event = 'refunded' AND e.superseded_at IS NULL AND c.has_closed
GROUP BY c.slot_date, c.campaign_id, CAST(e.day - c.closes_on AS BIGINT)
