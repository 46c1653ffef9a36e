-- finds: campaigns whose product is not known (yet)
-- remedy: deliver the products of these campaigns, or correct their `product_id`
-- step: market
SELECT c.campaign_id AS key, c.product_id AS found
FROM stg_campaigns AS c
LEFT ANTI JOIN stg_products AS p ON c.product_id = p.product_id
WHERE c.superseded_at IS NULL
