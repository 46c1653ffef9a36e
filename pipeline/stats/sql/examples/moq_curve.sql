-- How does the probability of the first offer fall with the threshold?
SELECT c.threshold, round(c.p_reach, 3) AS p_reach
FROM moq_curve AS c
INNER JOIN rankings AS r ON c.candidate_id = r.candidate_id AND c.slot_date = r.slot_date
WHERE r.rank = 1
ORDER BY c.threshold;

-- Which offers would probably reach half their threshold?
SELECT r.candidate_id, r.title, r.threshold, round(r.p_hit, 3) AS p_hit, round(max(c.p_reach), 3) AS with_half
FROM rankings AS r
INNER JOIN moq_curve AS c ON c.candidate_id = r.candidate_id AND c.slot_date = r.slot_date
WHERE c.threshold >= r.threshold / 2 AND r.p_hit < 0.5
GROUP BY r.candidate_id, r.title, r.threshold, r.p_hit
HAVING max(c.p_reach) >= 0.7
ORDER BY with_half DESC;

-- Which is the highest threshold that each offer reaches with a probability of 70 %?
SELECT candidate_id, max(threshold) AS threshold FROM moq_curve WHERE p_reach >= 0.7 GROUP BY candidate_id;
