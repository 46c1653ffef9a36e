-- grain: cancellation that names no placed order
-- step: orders
-- kind: intermediate(event_id, campaign_id)
-- Such cancellations are kept and never netted.
SELECT c.slot_date, e.event_id, c.campaign_id
FROM stg_order_events AS e
INNER JOIN slot_campaigns AS c ON e.campaign_key = c.campaign_key
LEFT ANTI JOIN (SELECT order_key FROM stg_order_events WHERE event = 'placed' AND NOT is_single_event AND superseded_at IS NULL) AS p
    ON e.order_key = p.order_key
WHERE e.event = 'cancelled' AND e.superseded_at IS NULL
