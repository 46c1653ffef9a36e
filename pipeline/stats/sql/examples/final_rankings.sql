-- How many hits did each list expect?
SELECT slot_date, count(*) AS offers, sum(p_hit) AS expected_hits
FROM final_rankings
GROUP BY slot_date
ORDER BY slot_date;

-- Which run made the list of a slot?
SELECT DISTINCT slot_date, list_run_id, listed_at
FROM final_rankings
ORDER BY slot_date;

-- Which offer was ranked first in each slot?
SELECT slot_date, candidate_id, title, p_hit
FROM final_rankings
WHERE rank = 1
ORDER BY slot_date;
