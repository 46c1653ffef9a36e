-- grain: campaign that has order snapshots
-- Orders and customers as the newest total says, else the sum of increments; customers of
-- different days may be the same, so increments say nothing about them.
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
            PARTITION BY s.campaign_number, s.measure ORDER BY s.observed_at DESC
        ) = 1 AS is_newest_total
    FROM stg_order_snapshots AS s
    WHERE s.superseded_at IS NULL
) AS n
INNER JOIN slot_campaigns AS c ON n.campaign_number = c.campaign_number
GROUP BY c.campaign_id
