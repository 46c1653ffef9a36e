-- finds: candidates that match more than one campaign, or share one with another candidate
-- step: market
SELECT candidate_id AS key, matches AS found
FROM candidate_links
WHERE matches > 1
