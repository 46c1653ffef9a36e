-- grain: campaign, customer who placed an order in its window
SELECT DISTINCT campaign_number, customer_number
FROM order_changes
WHERE event = 'placed' AND customer_number IS NOT NULL
