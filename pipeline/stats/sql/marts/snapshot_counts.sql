-- grain: campaign that has order snapshots
-- step: orders
-- kind: memory
-- Orders and customers of the newest total, else the sum of increments. Increments give no customers, because customers
-- of different days can be the same.
SELECT
    c.campaign_id,
    coalesce(
        max(CASE WHEN n.is_newest_total THEN n.orders END),
        sum(CASE WHEN n.measure = 'increment' THEN n.orders END)
    ) AS orders,
    max(CASE WHEN n.is_newest_total THEN n.customers END) AS customers
FROM (
    SELECT
        s.*,
        s.measure = 'total' AND row_number() OVER (
            PARTITION BY s.campaign_key, s.measure ORDER BY s.observed_at DESC
        ) = 1 AS is_newest_total
    FROM stg_order_snapshots AS s
    WHERE s.superseded_at IS NULL
) AS n
INNER JOIN slot_campaigns AS c ON n.campaign_key = c.campaign_key
GROUP BY c.campaign_id
