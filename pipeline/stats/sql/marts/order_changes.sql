-- grain: order event in the window of its campaign, as known at as_of
-- step: orders
-- kind: memory
-- Change of the order's net by each event. A cancellation subtracts its own units and amount, or the whole order if it
-- has neither; without an amount it takes the share of its units. The net is never negative. Refunds change nothing.
WITH events AS (
    SELECT
        e.campaign_key, e.order_key, e.customer_key, e.event_key, e.event, e.occurred_at, e.is_single_event,
        e.units, e.amount, e.signed_units, e.signed_amount, e.is_full_cancellation,
        e.unpriced_units, e.priced_units, e.placed_amount
    FROM slot_campaigns AS c
    INNER JOIN stg_order_events AS e ON c.campaign_key = e.campaign_key
    WHERE
        e.superseded_at IS NULL AND e.event <> 'refunded'
        AND e.occurred_at >= c.opens_at AND e.occurred_at < c.closes_at
),

-- Such orders have few events, so each event is joined with itself and the earlier ones.
multi_event_orders AS (
    SELECT * FROM events WHERE NOT is_single_event
),

sums AS (
    SELECT
        e.event_key,
        sum(f.signed_units) AS units,
        sum(f.signed_amount)
        - cancelled_share(sum(f.placed_amount), sum(f.unpriced_units), sum(f.priced_units)) AS amount,
        sum(f.is_full_cancellation) AS full_cancellations,
        sum(CASE WHEN f.event_key <> e.event_key THEN f.signed_units ELSE 0 END) AS units_before,
        sum(CASE WHEN f.event_key <> e.event_key THEN f.signed_amount ELSE 0 END)
        - cancelled_share(
            sum(CASE WHEN f.event_key <> e.event_key THEN f.placed_amount ELSE 0 END),
            sum(CASE WHEN f.event_key <> e.event_key THEN f.unpriced_units ELSE 0 END),
            sum(CASE WHEN f.event_key <> e.event_key THEN f.priced_units ELSE 0 END)
        ) AS amount_before,
        sum(CASE WHEN f.event_key <> e.event_key THEN f.is_full_cancellation ELSE 0 END)
            AS full_cancellations_before
    FROM multi_event_orders AS e
    INNER JOIN multi_event_orders AS f ON e.order_key = f.order_key
    WHERE
        f.occurred_at < e.occurred_at
        OR (f.occurred_at = e.occurred_at AND f.event > e.event)
        OR (f.occurred_at = e.occurred_at AND f.event = e.event AND f.event_key <= e.event_key)
    GROUP BY e.event_key
)

SELECT
    campaign_key, order_key, customer_key, event, occurred_at, TRUE AS is_single_event,
    CASE WHEN event = 'placed' THEN coalesce(units, 0) ELSE 0 END AS units_change,
    CAST(CASE WHEN event = 'placed' THEN coalesce(amount, 0) ELSE 0 END AS DECIMAL(18, 2)) AS amount_change
FROM events
WHERE is_single_event
UNION ALL
SELECT
    e.campaign_key, e.order_key, e.customer_key, e.event, e.occurred_at, FALSE AS is_single_event,
    net_of_cancellations(s.units, s.full_cancellations)
    - net_of_cancellations(s.units_before, s.full_cancellations_before) AS units_change,
    CAST(
        net_of_cancellations(s.amount, s.full_cancellations)
        - net_of_cancellations(s.amount_before, s.full_cancellations_before) AS DECIMAL(18, 2)
    ) AS amount_change
FROM multi_event_orders AS e
INNER JOIN sums AS s ON e.event_key = s.event_key
