-- finds: slots in which events in are not events counted plus events left out for a reason
-- step: orders
SELECT slot_date AS key, events - counted - superseded - refunds - before_opening - after_close AS found
FROM order_reconciliation
WHERE events <> counted + superseded + refunds + before_opening + after_close
