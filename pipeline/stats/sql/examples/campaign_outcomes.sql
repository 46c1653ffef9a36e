-- Which campaigns reached their threshold fastest?
SELECT campaign_id, slot_date, threshold, demand, round(hours_to_moq, 1) AS hours
FROM campaign_outcomes
WHERE hours_to_moq IS NOT NULL
ORDER BY hours_to_moq, campaign_id
LIMIT 20;

-- Which campaigns sold out, and how many hours after they opened?
SELECT o.campaign_id, p.title, o.capacity, round(date_part('epoch', o.sold_out_at - o.opens_at) / 3600, 1) AS hours
FROM campaign_outcomes AS o
LEFT JOIN offer_features AS p ON p.campaign_id = o.campaign_id
WHERE o.sold_out_at IS NOT NULL
ORDER BY hours, o.campaign_id;

-- By category, how many misses came within a tenth of their threshold?
SELECT
    p.category,
    o.currency,
    count(*) AS misses,
    sum(CASE WHEN o.demand >= 0.9 * o.threshold THEN 1 ELSE 0 END) AS near_misses,
    sum(o.refund_exposure) AS refunded
FROM campaign_outcomes AS o
INNER JOIN offer_features AS p ON p.campaign_id = o.campaign_id
WHERE NOT o.hit
GROUP BY p.category, o.currency
ORDER BY near_misses DESC, p.category;
