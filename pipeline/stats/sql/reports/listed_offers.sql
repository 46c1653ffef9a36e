-- grain: listed offer
-- kind: memory
-- Offers of the rankings with their terms.
SELECT
    r.slot_date, r.candidate_id, r.product_id, r.category, r.threshold, r.demand_p90, p.maker_id,
    coalesce(p.currency, m.currency) AS currency, p.capacity, p.unit_cost, p.fixed_cost, p.url, p.image_url
FROM rankings AS r
LEFT JOIN (
    SELECT * FROM offer_features
    UNION ALL BY NAME
    SELECT * FROM offer_features_next WHERE slot_date > (SELECT max(slot_date) FROM offer_features)
) AS p ON r.candidate_id = p.id AND r.slot_date = p.slot_date
CROSS JOIN run_params AS m
