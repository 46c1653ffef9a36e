-- grain: campaign that has opened, kind of signal
-- Signals of its product from its announcement, 28 days before its opening, to its close, in days that end at
-- the hour at which slots open. Campaigns of one product that follow each other closely share some of them.
SELECT c.slot_date, c.campaign_id, c.product_id, s.kind, sum(s.count) AS signals
FROM campaign_orders AS c
INNER JOIN signal_days AS s ON c.product_id = s.product_id
WHERE c.has_opened AND s.seen_on > c.announced_on AND s.seen_on <= c.seen_until
GROUP BY c.slot_date, c.campaign_id, c.product_id, s.kind
