-- slots in which order events in are not order events counted plus those outside with a reason
SELECT slot_date AS key, events - counted - superseded - refunds - before_opening - after_close AS found
FROM order_accounts
WHERE events <> counted + superseded + refunds + before_opening + after_close
