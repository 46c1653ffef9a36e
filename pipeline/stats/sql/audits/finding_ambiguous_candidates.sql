-- finding: candidates that match more than one campaign
SELECT candidate_id AS key, campaigns AS found
FROM candidate_links
WHERE campaigns > 1
