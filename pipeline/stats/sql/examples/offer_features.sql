-- Which offers are in the coming slot, and what are the records of their makers?
SELECT id, title, category, threshold, price, maker_hits, maker_n
FROM offer_features
WHERE slot_date = (SELECT max(slot_date) FROM offer_features)
ORDER BY maker_hits DESC, id;

-- Does a maker's record predict hits? Hit rate by the share of the maker's earlier campaigns that hit.
SELECT CASE WHEN p.maker_n = 0 THEN 'none yet' WHEN 2 * p.maker_hits < p.maker_n THEN 'below half' ELSE 'half or more' END
        AS record,
    count(*) AS campaigns, round(avg(CASE WHEN o.hit THEN 1.0 ELSE 0.0 END), 3) AS hit_rate
FROM offer_features AS p
INNER JOIN campaign_outcomes AS o ON o.campaign_id = p.campaign_id
WHERE o.hit IS NOT NULL
GROUP BY record
ORDER BY hit_rate;

-- Do encores do better than first campaigns?
SELECT p.is_encore, count(*) AS campaigns, round(avg(CASE WHEN o.hit THEN 1.0 ELSE 0.0 END), 3) AS hit_rate
FROM offer_features AS p
INNER JOIN campaign_outcomes AS o ON o.campaign_id = p.campaign_id
WHERE o.hit IS NOT NULL
GROUP BY p.is_encore;
