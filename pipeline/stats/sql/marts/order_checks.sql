-- grain: slot, cancel that names no placed order; it is kept and never netted
SELECT c.slot_date, e.event_id, c.campaign_id
FROM stg_order_events AS e
INNER JOIN slot_campaigns AS c ON e.campaign_number = c.campaign_number
LEFT ANTI JOIN (SELECT order_number FROM stg_order_events WHERE event = 'placed' AND NOT is_alone) AS p
    ON e.order_number = p.order_number
WHERE e.event = 'cancelled' AND e.superseded_at IS NULL
