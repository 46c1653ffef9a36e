-- grain: campaign that has opened or was withdrawn, live ones included
-- step: orders
-- kind: intermediate(campaign_id)
-- Window and order counts of each campaign as known at as_of; counts are null without order events.
-- column announced_on: decision day 28 days before the opening
-- column window_ends_on: last decision day of the window
-- column reached_at: first time at which running net demand reached the threshold, kept if cancellations undo it
-- column sold_out_at: the same for the capacity
WITH orders AS (
    SELECT campaign_key, event = 'placed' AS is_placed, event = 'cancelled' AS is_cancelled
    FROM order_changes
    WHERE is_single_event
    UNION ALL
    SELECT campaign_key, bool_or(event = 'placed') AS is_placed, bool_or(event = 'cancelled') AS is_cancelled
    FROM order_changes
    WHERE NOT is_single_event
    GROUP BY campaign_key, order_key
),

counts AS (
    SELECT
        campaign_key,
        sum(CASE WHEN is_placed THEN 1 ELSE 0 END) AS orders_placed,
        sum(CASE WHEN is_cancelled THEN 1 ELSE 0 END) AS cancelled_orders
    FROM orders
    GROUP BY campaign_key
),

refunds AS (
    SELECT e.campaign_key, count(DISTINCT e.order_key) AS refunded_orders
    FROM slot_campaigns AS c
    INNER JOIN stg_order_events AS e ON c.campaign_key = e.campaign_key
    WHERE e.event = 'refunded' AND e.superseded_at IS NULL AND e.occurred_at >= c.opens_at
    GROUP BY e.campaign_key
)

SELECT
    c.slot_date, c.campaign_id, c.product_id, c.opens_at, c.closes_at,
    CAST(c.closes_local AS DATE) AS closes_on,
    CAST(c.opens_local - w.opening_time - INTERVAL '1 microsecond' AS DATE) - INTERVAL '27 days' AS announced_on,
    CAST(c.closes_local - w.opening_time - INTERVAL '1 microsecond' AS DATE) + INTERVAL '1 day' AS window_ends_on,
    c.status = 'withdrawn' AS is_withdrawn, c.opens_at < $as_of AS has_opened, c.closes_at <= $as_of AS has_closed,
    CASE WHEN h.has_events THEN coalesce(o.orders_placed, 0) END AS orders_placed,
    CASE WHEN h.has_events THEN coalesce(b.customers, 0) END AS customers,
    CASE WHEN h.has_events THEN coalesce(o.cancelled_orders, 0) END AS cancelled_orders,
    CASE WHEN h.has_events THEN coalesce(r.refunded_orders, 0) END AS refunded_orders,
    f.reached_at, f.sold_out_at, t.orders AS snapshot_orders
FROM slot_campaigns AS c
LEFT JOIN (
    SELECT campaign_key, TRUE AS has_events FROM counts
    UNION
    SELECT campaign_key, TRUE AS has_events FROM refunds
) AS h ON c.campaign_key = h.campaign_key
LEFT JOIN counts AS o ON c.campaign_key = o.campaign_key
LEFT JOIN (SELECT campaign_key, count(*) AS customers FROM campaign_customers GROUP BY campaign_key) AS b
    ON c.campaign_key = b.campaign_key
LEFT JOIN refunds AS r ON c.campaign_key = r.campaign_key
LEFT JOIN campaign_milestones AS f ON c.campaign_key = f.campaign_key
LEFT JOIN snapshot_counts AS t ON c.campaign_id = t.campaign_id
CROSS JOIN settings AS w
WHERE c.opens_at < $as_of OR c.status = 'withdrawn'
