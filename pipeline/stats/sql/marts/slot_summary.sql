-- grain: slot
-- campaigns counts those with an outcome. avoided_waste_units is 0.25 x demand of hits: a classical
-- run leaves 20 % of its production unsold (assumption), so it makes 1 / 0.8 of what sells.
SELECT
    slot_date,
    count(hit) AS campaigns,
    coalesce(sum(CAST(hit AS BIGINT)), 0) AS hits,
    CASE WHEN count(hit) > 0 THEN CAST(sum(CAST(hit AS BIGINT)) AS DOUBLE) / count(hit) END AS hit_rate,
    sum(CASE WHEN hit IS NOT NULL THEN demand ELSE 0 END) AS demand,
    sum(CASE WHEN hit IS NOT NULL THEN net_amount ELSE 0 END) AS net_amount,
    sum(refund_exposure) AS refund_exposure,
    count(sold_out_at) AS sold_out,
    sum(CASE WHEN hit AND threshold_basis = 'units' THEN 0.25 * CAST(net_units AS DOUBLE) ELSE 0 END)
        AS avoided_waste_units
FROM campaign_outcomes
GROUP BY slot_date
