-- grain: campaign that has opened, live and withdrawn ones included
-- Visitors (summed over hours and channels) and signals of its product from its announcement, 28 days
-- before its opening, to its close (or as_of); orders placed in its window. Rates are null without a base.
WITH visits AS (
    SELECT c.campaign_id, sum(v.visitors) AS visitors
    FROM stg_campaigns AS c
    INNER JOIN stg_page_views AS v ON c.product_id = v.product_id
    WHERE
        c.superseded_at IS NULL AND v.superseded_at IS NULL AND c.opens_at < $as_of
        AND v.hour >= c.opens_at - INTERVAL '28 days' AND v.hour < c.closes_at
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
        c.campaign_id, c.product_id, c.slot_date,
        c.status = 'withdrawn' AS is_withdrawn,
        coalesce(v.visitors, 0) AS visitors,
        coalesce(s.alerts, 0) AS alerts,
        coalesce(s.wishes, 0) AS wishes,
        coalesce(p.orders_placed, n.orders, 0) AS orders
    FROM stg_campaign_slots AS c
    LEFT JOIN visits AS v ON c.campaign_id = v.campaign_id
    LEFT JOIN signals AS s ON c.campaign_id = s.campaign_id
    LEFT JOIN order_progress AS p ON c.campaign_id = p.campaign_id
    LEFT JOIN snapshot_counts AS n ON c.campaign_id = n.campaign_id
    WHERE c.superseded_at IS NULL AND c.opens_at < $as_of
)

SELECT
    campaign_id, product_id, slot_date, is_withdrawn, visitors, alerts, wishes, orders,
    CAST(alerts AS DOUBLE) / nullif(visitors, 0) AS alert_rate,
    CAST(orders AS DOUBLE) / nullif(visitors, 0) AS order_rate,
    CAST(orders AS DOUBLE) / nullif(alerts, 0) AS orders_per_alert
FROM counts
