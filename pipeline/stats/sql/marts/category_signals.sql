-- grain: campaign with an outcome, kind of which its product had signals
-- step: market
-- kind: memory
-- The relation outcome_signals with the category of each product.
SELECT s.campaign_id, p.category, s.kind, s.signals, s.orders
FROM outcome_signals AS s
INNER JOIN stg_products AS p ON s.product_id = p.product_id AND p.superseded_at IS NULL
