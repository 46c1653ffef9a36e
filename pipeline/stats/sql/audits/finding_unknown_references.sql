-- finds: orders and snapshots of unknown campaigns, candidates of unknown products, products of unknown makers
-- remedy: deliver the missing campaigns, products and makers, or correct the ids
-- step: market
SELECT concat('campaign ', e.campaign_id) AS key, sum(e.rows) AS found
FROM fact_campaigns AS e
LEFT ANTI JOIN stg_campaigns AS c ON e.campaign_id = c.campaign_id
GROUP BY e.campaign_id
UNION ALL
SELECT concat('product ', k.product_id) AS key, count(*) AS found
FROM stg_candidates AS k
LEFT ANTI JOIN stg_products AS p ON k.product_id = p.product_id
GROUP BY k.product_id
UNION ALL
SELECT concat('maker ', p.maker_id) AS key, count(*) AS found
FROM stg_products AS p
LEFT ANTI JOIN stg_makers AS m ON p.maker_id = m.maker_id
GROUP BY p.maker_id
