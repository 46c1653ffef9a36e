-- grain: campaign that has opened, live and withdrawn ones included
-- step: funnel
-- kind: kept(campaign_id)
-- Visitors, signals and orders of each campaign. Visitors and signals count from the announcement, 28 days before the
-- opening, to the close or as_of, in days that end at the hour at which slots open. Orders are those placed in the
-- window.
-- column visitors: sum over hours and channels: a visitor of two hours counts twice
-- column orders: from order events, else from order snapshots
-- column alert_rate: alerts / visitors; null without visitors
-- column order_rate: orders / visitors; null without visitors
-- column orders_per_alert: null without alerts
WITH visits AS (
    SELECT c.campaign_id, sum(v.visitors) AS visitors
    FROM campaign_orders AS c
    INNER JOIN view_days AS v ON c.product_id = v.product_id
    WHERE v.occurred_on > c.announced_on AND v.occurred_on <= c.window_ends_on
    GROUP BY c.campaign_id
),

signals AS (
    SELECT
        campaign_id,
        sum(CASE WHEN kind = 'alert' THEN signals ELSE 0 END) AS alerts,
        sum(CASE WHEN kind = 'wish' THEN signals ELSE 0 END) AS wishes
    FROM campaign_signals
    GROUP BY campaign_id
),

counts AS (
    SELECT
        c.campaign_id, c.product_id, c.slot_date, c.is_withdrawn,
        coalesce(v.visitors, 0) AS visitors,
        coalesce(s.alerts, 0) AS alerts,
        coalesce(s.wishes, 0) AS wishes,
        coalesce(c.orders_placed, c.snapshot_orders, 0) AS orders
    FROM campaign_orders AS c
    LEFT JOIN visits AS v ON c.campaign_id = v.campaign_id
    LEFT JOIN signals AS s ON c.campaign_id = s.campaign_id
    WHERE c.has_opened
)

SELECT
    campaign_id, product_id, slot_date, is_withdrawn, visitors, alerts, wishes, orders,
    CAST(alerts AS DOUBLE) / nullif(visitors, 0) AS alert_rate,
    CAST(orders AS DOUBLE) / nullif(visitors, 0) AS order_rate,
    CAST(orders AS DOUBLE) / nullif(alerts, 0) AS orders_per_alert
FROM counts
