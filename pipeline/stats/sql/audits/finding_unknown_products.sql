-- finds: campaigns whose product is not known (yet)
-- step: market
SELECT c.campaign_id AS key, c.product_id AS found
FROM stg_campaigns AS c
LEFT ANTI JOIN stg_products AS p ON c.product_id = p.product_id
WHERE c.superseded_at IS NULL
