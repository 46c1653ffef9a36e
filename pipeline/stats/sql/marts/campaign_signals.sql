-- grain: campaign that has opened, kind of signal
-- step: funnel
-- kind: memory
-- Signals of the product from the announcement, 28 days before the opening, to the close, in decision days. Campaigns of
-- one product that follow each other closely share some of them.
SELECT c.slot_date, c.campaign_id, c.product_id, s.kind, sum(s.count) AS signals
FROM campaign_orders AS c
INNER JOIN signal_days AS s ON c.product_id = s.product_id
WHERE c.has_opened AND s.occurred_on > c.announced_on AND s.occurred_on <= c.window_ends_on
GROUP BY c.slot_date, c.campaign_id, c.product_id, s.kind
