-- finds: candidates that match more than one campaign, or share one with another candidate
-- remedy: give each candidate its own product and slot, or withdraw the duplicate
-- step: market
SELECT candidate_id AS key, matches AS found
FROM candidate_links
WHERE matches > 1
