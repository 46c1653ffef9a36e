-- finding: cancels that name no placed order; they are kept and never netted
SELECT e.event_id AS key, e.order_id AS found
FROM stg_order_events AS e
LEFT ANTI JOIN (SELECT order_id FROM stg_order_events WHERE event = 'placed') AS p ON e.order_id = p.order_id
WHERE e.event = 'cancelled' AND e.superseded_at IS NULL
