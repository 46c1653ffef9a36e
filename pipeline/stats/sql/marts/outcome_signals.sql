-- grain: campaign with an outcome, kind of which its product had signals
-- step: funnel
-- kind: intermediate(campaign_id, kind)
-- Campaigns without a signal of a kind are left out, because the kind may not have been counted for them.
-- column orders: orders placed in the window
SELECT s.slot_date, s.campaign_id, s.product_id, s.kind, s.signals, o.orders_placed AS orders
FROM campaign_signals AS s
INNER JOIN campaign_outcomes AS o ON s.campaign_id = o.campaign_id
WHERE o.hit IS NOT NULL AND s.signals > 0
