-- grain: campaign, window, moment at which its demand became known to have changed by this
-- A campaign whose window was corrected has rows for each window. What was known before the close
-- counts from the close. Window: [opens_at, closes_at); refunds never change demand.
WITH windows AS (
    SELECT DISTINCT campaign_id, opens_at, closes_at
    FROM stg_campaigns
    WHERE closes_at <= $as_of
),

-- Each version that ever held adds when it becomes known and takes away when it is superseded.
event_changes AS (
    SELECT e.*, e.known_at AS changed_at, 1 AS sign
    FROM stg_order_events AS e
    WHERE e.superseded_at IS NULL OR e.known_at < e.superseded_at
    UNION ALL
    SELECT e.*, e.superseded_at AS changed_at, -1 AS sign
    FROM stg_order_events AS e
    WHERE e.known_at < e.superseded_at
),

order_changes AS (
    SELECT
        w.campaign_id, w.opens_at, w.closes_at, e.order_id,
        greatest(e.changed_at, w.closes_at) AS known_from,
        sum(CASE WHEN e.event = 'placed' THEN e.sign * coalesce(e.units, 0) ELSE 0 END) AS placed_units,
        sum(CASE WHEN e.event = 'placed' THEN e.sign * coalesce(e.amount, 0) ELSE 0 END) AS placed_amount,
        sum(CASE WHEN e.event = 'cancelled' THEN e.sign * coalesce(e.units, 0) ELSE 0 END) AS cancelled_units,
        sum(CASE WHEN e.event = 'cancelled' THEN e.sign * coalesce(e.amount, 0) ELSE 0 END) AS cancelled_amount,
        sum(CASE WHEN e.event = 'cancelled' AND e.units IS NULL AND e.amount IS NULL THEN e.sign ELSE 0 END)
            AS whole_cancels
    FROM event_changes AS e
    INNER JOIN windows AS w ON e.campaign_id = w.campaign_id
    WHERE e.event <> 'refunded' AND e.occurred_at >= w.opens_at AND e.occurred_at < w.closes_at
    GROUP BY w.campaign_id, w.opens_at, w.closes_at, e.order_id, greatest(e.changed_at, w.closes_at)
),

order_known AS (
    SELECT
        campaign_id, opens_at, closes_at, order_id, known_from,
        sum(placed_units) OVER so_far AS placed_units,
        sum(placed_amount) OVER so_far AS placed_amount,
        sum(cancelled_units) OVER so_far AS cancelled_units,
        sum(cancelled_amount) OVER so_far AS cancelled_amount,
        sum(whole_cancels) OVER so_far AS whole_cancels
    FROM order_changes
    WINDOW so_far AS (
        PARTITION BY campaign_id, opens_at, closes_at, order_id ORDER BY known_from
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),

-- A cancel never takes an order below zero.
order_nets AS (
    SELECT
        campaign_id, opens_at, closes_at, order_id, known_from,
        CASE WHEN whole_cancels > 0 THEN 0 ELSE greatest(placed_units - cancelled_units, 0) END AS units,
        CASE WHEN whole_cancels > 0 THEN 0 ELSE greatest(placed_amount - cancelled_amount, 0) END AS amount
    FROM order_known
)

SELECT
    campaign_id, opens_at, closes_at, known_from,
    CAST(sum(units - coalesce(earlier_units, 0)) AS BIGINT) AS units_change,
    CAST(sum(amount - coalesce(earlier_amount, 0)) AS DECIMAL(18, 2)) AS amount_change
FROM (
    SELECT
        n.*,
        lag(n.units) OVER of_order AS earlier_units,
        lag(n.amount) OVER of_order AS earlier_amount
    FROM order_nets AS n
    WINDOW of_order AS (PARTITION BY n.campaign_id, n.opens_at, n.closes_at, n.order_id ORDER BY n.known_from)
)
GROUP BY campaign_id, opens_at, closes_at, known_from
