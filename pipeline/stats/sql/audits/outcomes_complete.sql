-- finds: campaigns that closed by as_of or were withdrawn without an outcome row
-- step: market
SELECT c.campaign_id AS key, c.closes_at AS found
FROM stg_campaigns AS c
LEFT ANTI JOIN campaign_outcomes AS o ON c.campaign_id = o.campaign_id
WHERE c.superseded_at IS NULL AND (c.closes_at <= $as_of OR c.status = 'withdrawn')
