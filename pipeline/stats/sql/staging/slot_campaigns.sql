-- grain: campaign in the slots that are built
-- The version that holds last, with the number that stands for the campaign in staged facts.
SELECT * FROM stg_campaign_slots WHERE superseded_at IS NULL
