-- grain: campaign, window that it ever had and that has closed by as_of
SELECT DISTINCT campaign_number, campaign_id, opens_at, closes_at
FROM stg_campaigns
WHERE closes_at <= $as_of
