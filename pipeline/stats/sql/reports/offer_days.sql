-- grain: run, offer, local day
-- kind: kept
-- Visitors and signals of an offer's product on each of the last 28 days, as known at as_of. Days without any have no
-- row.
-- column candidate_id: the offer: its candidate, else its campaign
-- column visitors: sum over hours and channels; alerts: alert signals; wishes: wish signals
SELECT
    r.slot_date, r.candidate_id, d.day,
    sum(CASE WHEN d.kind = 'view' THEN d.count ELSE 0 END) AS visitors,
    sum(CASE WHEN d.kind = 'alert' THEN d.count ELSE 0 END) AS alerts,
    sum(CASE WHEN d.kind = 'wish' THEN d.count ELSE 0 END) AS wishes
FROM rankings AS r
INNER JOIN daily_counts AS d ON r.product_id = d.product_id
WHERE d.age < 28
GROUP BY r.slot_date, r.candidate_id, d.day
ORDER BY r.slot_date, r.candidate_id, d.day
