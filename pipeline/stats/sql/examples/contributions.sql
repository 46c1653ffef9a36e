-- Do the contributions sum to the probability?
SELECT r.candidate_id, r.p_hit, 1.0 / (1.0 + exp(-sum(c.log_odds))) AS from_log_odds
FROM rankings AS r
INNER JOIN contributions AS c ON r.candidate_id = c.candidate_id AND r.slot_date = c.slot_date
GROUP BY r.candidate_id, r.slot_date, r.p_hit
ORDER BY r.candidate_id
LIMIT 5;

-- Which features move the list most?
SELECT feature, stddev_pop(log_odds) AS spread
FROM contributions
WHERE feature <> '(intercept)'
GROUP BY feature
ORDER BY spread DESC, feature
LIMIT 10;

-- Which features lower the probability of the first offer?
SELECT c.feature, c.value, c.text_value, c.log_odds
FROM contributions AS c
INNER JOIN rankings AS r ON c.candidate_id = r.candidate_id AND c.slot_date = r.slot_date
WHERE r.rank = 1 AND c.log_odds < 0
ORDER BY c.slot_date, c.log_odds
LIMIT 5;
