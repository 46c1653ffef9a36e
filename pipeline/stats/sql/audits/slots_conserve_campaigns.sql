-- finds: sums over slots that differ from the sums over campaigns
-- step: market
SELECT 'hits' AS key, s.hits - o.hits AS found
FROM (SELECT sum(hits) AS hits, sum(campaigns) AS campaigns FROM slot_summary) AS s
CROSS JOIN (SELECT sum(CAST(hit AS BIGINT)) AS hits, count(hit) AS campaigns FROM campaign_outcomes) AS o
WHERE s.hits <> o.hits OR s.campaigns <> o.campaigns
