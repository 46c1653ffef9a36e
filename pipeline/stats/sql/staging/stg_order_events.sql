-- grain: version of an order event, interval in which it holds
-- step: orders
-- kind: view
-- Order events visible at as_of. Surrogate keys (table id_dictionary) replace ids, because they join and count faster.
-- Units and amount are positive in facts; the event gives the sign.
-- column campaign_key: surrogate key of campaign_id
-- column order_key: surrogate key of order_id within its campaign
-- column customer_key: hash of the customer's pseudonym, the same in every slot
-- column channel_key: surrogate key of channel
-- column event_key: surrogate key of the event
-- column day: local day of the event
-- column is_single_event: its order has no other event and no other version
-- column signed_units: positive if placed, negative if cancelled, 0 if refunded; signed_amount: the same in money
-- column unpriced_units: units of a cancellation without an amount, which takes their share of the order's amount
-- column priced_units: units of a placed event with an amount; placed_amount: that amount; else 0
-- column is_full_cancellation: 1 for a cancellation without units and amount, which cancels the whole order; else 0
-- column known_at: start of the interval; superseded_at: its end: a later version of the event was known, here or in
--   another campaign, or the file was retracted
SELECT
    *,
    CASE WHEN event = 'placed' THEN coalesce(units, 0) WHEN event = 'cancelled' THEN -coalesce(units, 0) ELSE 0 END
        AS signed_units,
    CASE WHEN event = 'placed' THEN coalesce(amount, 0) WHEN event = 'cancelled' THEN -coalesce(amount, 0) ELSE 0 END
        AS signed_amount,
    CASE WHEN event = 'cancelled' AND amount IS NULL THEN coalesce(units, 0) ELSE 0 END AS unpriced_units,
    CASE WHEN event = 'placed' AND amount IS NOT NULL THEN coalesce(units, 0) ELSE 0 END AS priced_units,
    CASE WHEN event = 'placed' THEN coalesce(amount, 0) ELSE 0 END AS placed_amount,
    CASE WHEN event = 'cancelled' AND units IS NULL AND amount IS NULL THEN 1 ELSE 0 END AS is_full_cancellation
FROM staged.order_events
