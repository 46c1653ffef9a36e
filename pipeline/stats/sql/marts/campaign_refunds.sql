-- grain: campaign that closed by as_of, lag_days
-- step: orders
-- kind: intermediate(campaign_id, lag_days)
-- column lag_days: local days from the day of the close to the day of the refund; negative before the close
SELECT
    c.slot_date, c.campaign_id,
    CAST(e.day - c.closes_on AS BIGINT) AS lag_days,
    count(*) AS refunds
FROM stg_order_events AS e
INNER JOIN slot_campaigns AS n ON e.campaign_key = n.campaign_key
INNER JOIN campaign_orders AS c ON n.campaign_id = c.campaign_id
WHERE e.event = 'refunded' AND e.superseded_at IS NULL AND c.has_closed
GROUP BY c.slot_date, c.campaign_id, CAST(e.day - c.closes_on AS BIGINT)
