-- How many outcomes changed after they were first known, and how many between hit and miss?
SELECT count(*) AS campaigns, sum(CASE WHEN versions > 1 THEN 1 ELSE 0 END) AS changed,
    sum(CASE WHEN outcomes > 1 THEN 1 ELSE 0 END) AS reversed
FROM (
    SELECT campaign_id, count(*) AS versions, count(DISTINCT hit) AS outcomes
    FROM outcome_versions
    GROUP BY campaign_id
);

-- How many outcomes were known at a given time, and how many of them were hits?
SELECT count(*) AS campaigns, sum(CASE WHEN hit THEN 1 ELSE 0 END) AS hits
FROM outcome_versions
WHERE known_at <= TIMESTAMP '2017-01-01T00:00:00Z'
    AND (superseded_at IS NULL OR superseded_at > TIMESTAMP '2017-01-01T00:00:00Z');

-- Which outcomes were known of the campaigns of a slot, and since when?
SELECT campaign_id, known_at, superseded_at, threshold, demand, hit
FROM outcome_versions
WHERE slot_date = (SELECT max(slot_date) FROM outcome_versions)
ORDER BY campaign_id, known_at;
