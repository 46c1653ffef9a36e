-- grain: run, closed slot, offer that ran
-- kind: kept
-- Predictions of the last list before a slot opened, with the outcomes. It covers the slots of the last year.
-- column candidate_id: the offer: its candidate, else its campaign
-- column list_run_id: run that made that list
-- column demand: net demand of the campaign; a lower bound if it sold out
-- column base_rate: share of hits among the training campaigns of the model
-- column hit: whether the campaign reached its threshold
SELECT
    d.slot_date, d.candidate_id, d.list_run_id, p.campaign_id, d.title, d.rank, d.model, d.base_rate,
    d.p_hit, d.demand_p10, d.demand_p50, d.demand_p90,
    CAST(o.threshold AS DOUBLE) AS threshold, d.threshold_basis, CAST(o.demand AS DOUBLE) AS demand, o.hit
FROM final_rankings AS d
INNER JOIN offer_features AS p ON d.candidate_id = p.id AND d.slot_date = p.slot_date
INNER JOIN campaign_outcomes AS o ON p.campaign_id = o.campaign_id
CROSS JOIN run_params AS m
WHERE o.hit IS NOT NULL AND d.slot_date > m.today - INTERVAL '371 days'
ORDER BY d.slot_date, d.rank, d.candidate_id
