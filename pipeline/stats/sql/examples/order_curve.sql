-- Which share of the final orders is placed in the first 24 hours?
SELECT category, n_campaigns, round(share_p10, 2) AS p10, round(share_p50, 2) AS p50, round(share_p90, 2) AS p90
FROM order_curve
WHERE unit = 'hour' AND hour = 23
ORDER BY share_p50 DESC;

-- After how many hours is half of the final orders placed, by category?
SELECT category, min(hour) + 1 AS hours
FROM order_curve
WHERE unit = 'hour' AND share_p50 >= 0.5
GROUP BY category
ORDER BY hours, category;

-- Which share of the orders is placed on the last day?
SELECT a.category, round(1 - a.share_mean, 3) AS share_of_last_day
FROM order_curve AS a
WHERE a.unit = 'hour' AND a.hour = 143
ORDER BY share_of_last_day DESC;
