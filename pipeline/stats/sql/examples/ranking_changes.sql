-- Which offers moved most since the last run?
SELECT c.candidate_id, c.previous_rank, r.rank, c.change_reason_en
FROM ranking_changes AS c
INNER JOIN rankings AS r ON c.candidate_id = r.candidate_id AND c.slot_date = r.slot_date
ORDER BY abs(r.p_hit - c.previous_p_hit) DESC, c.candidate_id
LIMIT 10;

-- Where do the previous leaders rank now?
SELECT c.previous_rank, r.rank, r.title
FROM ranking_changes AS c
INNER JOIN rankings AS r ON c.candidate_id = r.candidate_id AND c.slot_date = r.slot_date
ORDER BY c.slot_date, c.previous_rank
LIMIT 5;

-- By how much did probabilities change?
SELECT c.slot_date, avg(abs(r.p_hit - c.previous_p_hit)) AS mean_change
FROM ranking_changes AS c
INNER JOIN rankings AS r ON c.candidate_id = r.candidate_id AND c.slot_date = r.slot_date
GROUP BY c.slot_date
ORDER BY c.slot_date;
