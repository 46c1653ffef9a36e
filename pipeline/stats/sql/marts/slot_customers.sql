-- grain: slot, customer who placed an order in one of its campaigns that have closed, cancelled or not
-- column customer_number: a hash of the customer's pseudonym
SELECT DISTINCT c.slot_date, b.customer_number
FROM slot_campaigns AS c
INNER JOIN campaign_customers AS b ON c.campaign_number = b.campaign_number
WHERE c.closes_at <= $as_of
