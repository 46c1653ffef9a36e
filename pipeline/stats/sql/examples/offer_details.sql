-- Which listed offers have more alerts this week than last week?
SELECT s.candidate_id, s.alerts_7d, s.alerts_previous_7d
FROM offer_details AS s
WHERE s.alerts_7d > s.alerts_previous_7d
ORDER BY s.alerts_7d - s.alerts_previous_7d DESC, s.candidate_id
LIMIT 10;

-- How does the maker's record compare with the probability?
SELECT r.rank, r.title, r.p_hit, s.maker_hits, s.maker_n, s.maker_rate_shrunk
FROM rankings AS r
INNER JOIN offer_details AS s ON r.candidate_id = s.candidate_id AND r.slot_date = s.slot_date
ORDER BY r.slot_date, r.rank
LIMIT 10;

-- How many offers have each flag?
SELECT
    slot_date, sum(CAST(threshold_high AS INT)) AS threshold_high, sum(CAST(new_maker AS INT)) AS new_maker,
    count(near_duplicate_id) AS near_duplicates
FROM offer_details
GROUP BY slot_date
ORDER BY slot_date;
