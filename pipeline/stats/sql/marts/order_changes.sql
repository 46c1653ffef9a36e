-- grain: order event in the window of its campaign, as known at as_of
-- What each event changes in the net of its order: a cancel takes its own units and amount, or the whole
-- order where it names neither, and never more than there is. Refunds change nothing.
WITH events AS (
    SELECT
        e.campaign_number, e.order_number, e.customer_number, e.event, e.occurred_at, e.units, e.amount, e.is_alone,
        e.event_number
    FROM slot_campaigns AS c
    INNER JOIN stg_order_events AS e ON c.campaign_number = e.campaign_number
    WHERE
        e.superseded_at IS NULL AND e.event <> 'refunded'
        AND e.occurred_at >= c.opens_at AND e.occurred_at < c.closes_at
),

-- Orders of more than one event have few: each event beside itself and those before it.
several AS (
    SELECT
        *,
        CASE WHEN event = 'placed' THEN coalesce(units, 0) ELSE -coalesce(units, 0) END AS signed_units,
        CASE WHEN event = 'placed' THEN coalesce(amount, 0) ELSE -coalesce(amount, 0) END AS signed_amount,
        CASE WHEN event = 'cancelled' AND units IS NULL AND amount IS NULL THEN 1 ELSE 0 END AS is_whole
    FROM events
    WHERE NOT is_alone
),

sums AS (
    SELECT
        e.event_number,
        sum(f.signed_units) AS units, sum(f.signed_amount) AS amount, sum(f.is_whole) AS wholes,
        sum(CASE WHEN f.event_number <> e.event_number THEN f.signed_units ELSE 0 END) AS units_before,
        sum(CASE WHEN f.event_number <> e.event_number THEN f.signed_amount ELSE 0 END) AS amount_before,
        sum(CASE WHEN f.event_number <> e.event_number THEN f.is_whole ELSE 0 END) AS wholes_before
    FROM several AS e
    INNER JOIN several AS f ON e.order_number = f.order_number
    WHERE
        f.occurred_at < e.occurred_at
        OR (f.occurred_at = e.occurred_at AND f.event > e.event)
        OR (f.occurred_at = e.occurred_at AND f.event = e.event AND f.event_number <= e.event_number)
    GROUP BY e.event_number
)

SELECT
    campaign_number, order_number, customer_number, event, occurred_at, TRUE AS is_alone,
    CASE WHEN event = 'placed' THEN coalesce(units, 0) ELSE 0 END AS units_change,
    CAST(CASE WHEN event = 'placed' THEN coalesce(amount, 0) ELSE 0 END AS DECIMAL(18, 2)) AS amount_change
FROM events
WHERE is_alone
UNION ALL
SELECT
    e.campaign_number, e.order_number, e.customer_number, e.event, e.occurred_at, FALSE AS is_alone,
    CASE WHEN s.wholes > 0 THEN 0 ELSE greatest(s.units, 0) END
    - CASE WHEN s.wholes_before > 0 THEN 0 ELSE greatest(s.units_before, 0) END AS units_change,
    CAST(
        CASE WHEN s.wholes > 0 THEN 0 ELSE greatest(s.amount, 0) END
        - CASE WHEN s.wholes_before > 0 THEN 0 ELSE greatest(s.amount_before, 0) END AS DECIMAL(18, 2)
    ) AS amount_change
FROM several AS e
INNER JOIN sums AS s ON e.event_number = s.event_number
