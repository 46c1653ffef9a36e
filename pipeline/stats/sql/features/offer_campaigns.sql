-- grain: offer
-- The campaign that an offer is or became, as known at as_of; a label hangs on it, no feature does.
SELECT DISTINCT o.id, CASE WHEN k.candidate_id IS NULL THEN o.id ELSE l.campaign_id END AS campaign_id
FROM offers AS o
LEFT JOIN (SELECT DISTINCT candidate_id FROM stg_candidates) AS k ON o.id = k.candidate_id
LEFT JOIN candidate_links AS l ON o.id = l.candidate_id
