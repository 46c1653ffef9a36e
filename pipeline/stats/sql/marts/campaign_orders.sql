-- grain: campaign that has opened or was withdrawn, live ones included
-- Its terms, its window and what its order events say as known at as_of; counts are null without events.
-- column announced_on: 28 days before its opening; in days that end at the hour at which slots open
-- column seen_until: the last such day of its window
-- column reached_at: the first moment at which running net demand reached the threshold, kept if cancels undo it
-- column sold_out_at: the same for the capacity
WITH orders AS (
    SELECT campaign_number, event = 'placed' AS is_placed, event = 'cancelled' AS is_cancelled
    FROM order_changes
    WHERE is_alone
    UNION ALL
    SELECT campaign_number, bool_or(event = 'placed') AS is_placed, bool_or(event = 'cancelled') AS is_cancelled
    FROM order_changes
    WHERE NOT is_alone
    GROUP BY campaign_number, order_number
),

counts AS (
    SELECT
        campaign_number,
        sum(CASE WHEN is_placed THEN 1 ELSE 0 END) AS orders_placed,
        sum(CASE WHEN is_cancelled THEN 1 ELSE 0 END) AS cancelled_orders
    FROM orders
    GROUP BY campaign_number
),

refunds AS (
    SELECT e.campaign_number, count(DISTINCT e.order_number) AS refunded_orders
    FROM slot_campaigns AS c
    INNER JOIN stg_order_events AS e ON c.campaign_number = e.campaign_number
    WHERE e.event = 'refunded' AND e.superseded_at IS NULL AND e.occurred_at >= c.opens_at
    GROUP BY e.campaign_number
)

SELECT
    c.slot_date, c.campaign_id, c.product_id, c.opens_at, c.closes_at,
    CAST(c.closes_local AS DATE) AS closes_on,
    CAST(c.opens_local - w.opening_time - INTERVAL '1 microsecond' AS DATE) - INTERVAL '27 days' AS announced_on,
    CAST(c.closes_local - w.opening_time - INTERVAL '1 microsecond' AS DATE) + INTERVAL '1 day' AS seen_until,
    c.status = 'withdrawn' AS is_withdrawn, c.opens_at < $as_of AS has_opened, c.closes_at <= $as_of AS has_closed,
    CASE WHEN h.has_events THEN coalesce(o.orders_placed, 0) END AS orders_placed,
    CASE WHEN h.has_events THEN coalesce(b.customers, 0) END AS customers,
    CASE WHEN h.has_events THEN coalesce(o.cancelled_orders, 0) END AS cancelled_orders,
    CASE WHEN h.has_events THEN coalesce(r.refunded_orders, 0) END AS refunded_orders,
    f.reached_at, f.sold_out_at, t.orders AS snapshot_orders
FROM slot_campaigns AS c
LEFT JOIN (
    SELECT campaign_number, TRUE AS has_events FROM counts
    UNION
    SELECT campaign_number, TRUE AS has_events FROM refunds
) AS h ON c.campaign_number = h.campaign_number
LEFT JOIN counts AS o ON c.campaign_number = o.campaign_number
LEFT JOIN (SELECT campaign_number, count(*) AS customers FROM campaign_customers GROUP BY campaign_number) AS b
    ON c.campaign_number = b.campaign_number
LEFT JOIN refunds AS r ON c.campaign_number = r.campaign_number
LEFT JOIN campaign_crossings AS f ON c.campaign_number = f.campaign_number
LEFT JOIN snapshot_counts AS t ON c.campaign_id = t.campaign_id
CROSS JOIN settings AS w
WHERE c.opens_at < $as_of OR c.status = 'withdrawn'
