-- grain: slot, customer who placed an order in one of its closed campaigns, cancelled or not
-- step: orders
-- kind: intermediate
-- column customer_key: hash of the customer's pseudonym
SELECT DISTINCT c.slot_date, b.customer_key
FROM slot_campaigns AS c
INNER JOIN campaign_customers AS b ON c.campaign_key = b.campaign_key
WHERE c.closes_at <= $as_of
