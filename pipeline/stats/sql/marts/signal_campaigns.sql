-- grain: campaign with an outcome, kind of which its product had signals
-- Elsewhere the kind may not have been counted at all.
SELECT s.campaign_id, p.category, s.kind, s.signals, o.orders_placed AS orders
FROM campaign_signals AS s
INNER JOIN campaign_outcomes AS o ON s.campaign_id = o.campaign_id
INNER JOIN stg_products AS p ON o.product_id = p.product_id AND p.superseded_at IS NULL
WHERE o.hit IS NOT NULL AND s.signals > 0
