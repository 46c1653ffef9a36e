-- finds: campaigns whose declared outcome disagrees with the count; the declared one takes precedence
-- step: market
SELECT campaign_id AS key, demand AS found
FROM campaign_outcomes
WHERE
    declared_outcome IS NOT NULL AND hit IS NOT NULL
    AND hit <> (demand >= threshold)
