-- Which sold-out campaigns lost the most sales?
SELECT u.campaign_id, p.title, o.net_units, o.capacity, round(u.unmet_units) AS unmet
FROM lost_sales AS u
INNER JOIN campaign_outcomes AS o ON o.campaign_id = u.campaign_id
LEFT JOIN offer_features AS p ON p.campaign_id = u.campaign_id
ORDER BY unmet DESC NULLS LAST
LIMIT 10;

-- How much more could each category have sold without capacities?
SELECT p.category, count(*) AS sold_out, round(sum(u.unmet_units)) AS unmet_units
FROM lost_sales AS u
INNER JOIN offer_features AS p ON p.campaign_id = u.campaign_id
GROUP BY p.category
ORDER BY unmet_units DESC;

-- How early do campaigns sell out?
SELECT unit, count(*) AS sold_out, min(step) AS first_step, median(step) AS median_step, max(step) AS last_step
FROM lost_sales
GROUP BY unit;
