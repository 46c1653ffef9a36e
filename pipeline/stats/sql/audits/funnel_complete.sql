-- finds: campaigns that have opened without a funnel, or whose funnel counts other orders
-- step: funnel
SELECT c.campaign_id AS key, f.orders AS found
FROM campaign_orders AS c
LEFT JOIN funnel AS f ON c.campaign_id = f.campaign_id
WHERE c.has_opened AND (f.campaign_id IS NULL OR f.orders <> coalesce(c.orders_placed, c.snapshot_orders, 0))
