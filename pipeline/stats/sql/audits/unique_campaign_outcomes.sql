-- campaigns with more than one outcome
SELECT campaign_id AS key, count(*) AS found
FROM campaign_outcomes
GROUP BY campaign_id
HAVING count(*) > 1
