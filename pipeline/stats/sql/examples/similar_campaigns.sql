-- What were the outcomes of campaigns similar to the first offer?
SELECT s.place, s.ran_in, s.title, s.threshold, s.demand, s.hit
FROM similar_campaigns AS s
INNER JOIN rankings AS r ON s.candidate_id = r.candidate_id AND s.slot_date = r.slot_date
WHERE r.rank = 1
ORDER BY s.place;

-- For which offers did all three similar campaigns miss?
SELECT candidate_id, count(*) AS similar
FROM similar_campaigns
GROUP BY candidate_id
HAVING bool_or(hit) = FALSE
ORDER BY candidate_id;

-- Which past campaign is named most often?
SELECT campaign_id, min(title) AS title, count(*) AS named
FROM similar_campaigns
GROUP BY campaign_id
ORDER BY named DESC, campaign_id
LIMIT 5;
