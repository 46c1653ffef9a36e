-- grain: campaign of the slots being built
-- step: orders
-- kind: view
-- The current version of each campaign, with its surrogate key in staged facts.
SELECT * FROM stg_campaign_slots WHERE superseded_at IS NULL
