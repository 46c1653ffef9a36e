-- grain: candidate that became a campaign
-- By the campaign's candidate_id, else by product and slot; ambiguous matches are an audit finding.
WITH campaigns AS (
    SELECT campaign_id, candidate_id, product_id, slot_date
    FROM stg_campaign_slots
    WHERE superseded_at IS NULL
),

matches AS (
    SELECT candidate_id, campaign_id
    FROM campaigns
    WHERE candidate_id IS NOT NULL
    UNION
    SELECT k.candidate_id, c.campaign_id
    FROM campaigns AS c
    INNER JOIN stg_candidates AS k ON c.product_id = k.product_id AND c.slot_date = k.slot_date
    WHERE c.candidate_id IS NULL AND k.superseded_at IS NULL
)

SELECT candidate_id, min(campaign_id) AS campaign_id, count(DISTINCT campaign_id) AS campaigns
FROM matches
GROUP BY candidate_id
