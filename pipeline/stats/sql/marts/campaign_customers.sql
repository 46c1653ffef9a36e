-- grain: campaign, customer who placed an order in its window
-- step: orders
-- kind: memory
SELECT DISTINCT campaign_key, customer_key
FROM order_changes
WHERE event = 'placed' AND customer_key IS NOT NULL
