-- Which ten offers of the coming slot have the highest probability?
SELECT rank, candidate_id, title, round(p_hit, 2) AS p_hit, round(p_low, 2) AS p_low, round(p_high, 2) AS p_high, reasons_en
FROM rankings
WHERE NOT preliminary
ORDER BY rank
LIMIT 10;

-- How many hits are expected among the first ten offers, and among all?
SELECT sum(CASE WHEN rank <= 10 THEN p_hit END) AS of_ten, sum(p_hit) AS of_all, count(*) AS offers
FROM rankings
WHERE NOT preliminary;

-- How do the categories of the coming slot compare?
SELECT category, count(*) AS offers, min(rank) AS best_rank, round(avg(p_hit), 2) AS p_hit,
    sum(CASE WHEN thin_data THEN 1 ELSE 0 END) AS thin
FROM rankings
WHERE NOT preliminary
GROUP BY category
ORDER BY p_hit DESC;
