-- grain: candidate that became a campaign
-- step: dimensions
-- kind: memory
-- Links each candidate to its campaign: by the campaign's candidate_id, else by product and slot. The link is one to
-- one: if more would match (matches > 1), the first ids win.
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
),

first_candidates AS (
    SELECT campaign_id, min(candidate_id) AS candidate_id, count(*) AS matches
    FROM matches
    GROUP BY campaign_id
)

SELECT
    m.candidate_id,
    min(CASE WHEN f.candidate_id = m.candidate_id THEN m.campaign_id END) AS campaign_id,
    greatest(count(*), max(f.matches)) AS matches
FROM matches AS m
INNER JOIN first_candidates AS f ON m.campaign_id = f.campaign_id
GROUP BY m.candidate_id
