-- grain: campaign that has order snapshots
-- Orders and customers as the newest total says, else the sum of increments; customers of
-- different days may be the same, so increments say nothing about them.
SELECT
    campaign_id,
    coalesce(
        max(CASE WHEN is_newest_total THEN orders END),
        sum(CASE WHEN measure = 'increment' THEN orders END)
    ) AS orders,
    max(CASE WHEN is_newest_total THEN customers END) AS customers
FROM (
    SELECT
        s.*,
        s.measure = 'total' AND row_number() OVER (
            PARTITION BY s.campaign_id, s.measure ORDER BY s.observed_at DESC
        ) = 1 AS is_newest_total
    FROM stg_order_snapshots AS s
    WHERE s.superseded_at IS NULL
)
GROUP BY campaign_id
