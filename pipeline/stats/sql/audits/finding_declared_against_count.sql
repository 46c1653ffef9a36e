-- finds: campaigns whose declared outcome disagrees with the count; the declared one takes precedence
-- remedy: correct the declared outcome or the threshold, or deliver the missing orders and cancellations
-- step: market
SELECT campaign_id AS key, demand AS found
FROM campaign_outcomes
WHERE
    declared_outcome IS NOT NULL AND hit IS NOT NULL
    AND hit <> (demand >= threshold)
