-- grain: campaign, each of its windows that has closed by as_of
-- step: orders
-- kind: view
SELECT DISTINCT campaign_key, campaign_id, opens_at, closes_at
FROM stg_campaigns
WHERE closes_at <= $as_of
