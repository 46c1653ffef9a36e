-- grain: campaign that has order events
-- Orders of the window as known at as_of, and the first moments at which running net demand
-- reached the threshold and the capacity: kept even if cancels undo them later.
WITH events AS (
    SELECT
        c.campaign_id, c.closes_at, c.threshold, c.threshold_basis, c.capacity,
        e.order_id, e.customer_id, e.event, e.occurred_at, e.units, e.amount,
        e.occurred_at < c.closes_at AS in_window
    FROM stg_order_events AS e
    INNER JOIN stg_campaigns AS c ON e.campaign_id = c.campaign_id
    WHERE
        e.superseded_at IS NULL AND c.superseded_at IS NULL AND e.occurred_at >= c.opens_at
),

running_orders AS (
    SELECT
        v.*,
        sum(CASE WHEN event = 'placed' THEN coalesce(units, 0) ELSE 0 END) OVER so_far AS placed_units,
        sum(CASE WHEN event = 'placed' THEN coalesce(amount, 0) ELSE 0 END) OVER so_far AS placed_amount,
        sum(CASE WHEN event = 'cancelled' THEN coalesce(units, 0) ELSE 0 END) OVER so_far AS cut_units,
        sum(CASE WHEN event = 'cancelled' THEN coalesce(amount, 0) ELSE 0 END) OVER so_far AS cut_amount,
        sum(CASE WHEN event = 'cancelled' AND units IS NULL AND amount IS NULL THEN 1 ELSE 0 END)
            OVER so_far AS whole_cancels
    FROM events AS v
    WHERE in_window AND event <> 'refunded'
    WINDOW so_far AS (
        PARTITION BY campaign_id, order_id ORDER BY occurred_at, event DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),

nets AS (
    SELECT
        r.*,
        CASE
            WHEN whole_cancels > 0 THEN 0
            WHEN threshold_basis = 'amount' THEN greatest(placed_amount - cut_amount, 0)
            ELSE greatest(placed_units - cut_units, 0)
        END AS net
    FROM running_orders AS r
),

running AS (
    SELECT campaign_id, occurred_at, threshold, capacity, sum(change) OVER (
        PARTITION BY campaign_id ORDER BY occurred_at
        RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS demand
    FROM (
        SELECT n.*, n.net - coalesce(lag(n.net) OVER (
            PARTITION BY n.campaign_id, n.order_id ORDER BY n.occurred_at, n.event DESC
        ), 0) AS change
        FROM nets AS n
    )
)

SELECT t.*, x.reached_at, x.sold_out_at
FROM (
    SELECT
        campaign_id,
        count(DISTINCT CASE WHEN event = 'placed' AND in_window THEN order_id END) AS orders_placed,
        count(DISTINCT CASE WHEN event = 'placed' AND in_window THEN customer_id END) AS customers,
        count(DISTINCT CASE WHEN event = 'cancelled' AND in_window THEN order_id END) AS cancelled_orders,
        count(DISTINCT CASE WHEN event = 'refunded' THEN order_id END) AS refunded_orders
    FROM events GROUP BY campaign_id
) AS t
LEFT JOIN (
    SELECT
        campaign_id,
        min(CASE WHEN demand >= threshold THEN occurred_at END) AS reached_at,
        min(CASE WHEN demand >= capacity THEN occurred_at END) AS sold_out_at
    FROM running GROUP BY campaign_id
) AS x ON t.campaign_id = x.campaign_id
