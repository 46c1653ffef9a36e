-- grain: listed product
-- kind: memory
-- Signals and visitors in total, and in the last two weeks of whole days.
SELECT
    product_id,
    sum(CASE WHEN kind = 'alert' THEN count ELSE 0 END) AS alerts,
    sum(CASE WHEN kind = 'alert' AND age BETWEEN 1 AND 7 THEN count ELSE 0 END) AS alerts_7d,
    sum(CASE WHEN kind = 'alert' AND age BETWEEN 8 AND 14 THEN count ELSE 0 END) AS alerts_previous_7d,
    sum(CASE WHEN kind = 'wish' THEN count ELSE 0 END) AS wishes,
    sum(CASE WHEN kind = 'wish' AND age BETWEEN 1 AND 7 THEN count ELSE 0 END) AS wishes_7d,
    sum(CASE WHEN kind = 'wish' AND age BETWEEN 8 AND 14 THEN count ELSE 0 END) AS wishes_previous_7d,
    sum(CASE WHEN kind = 'view' THEN count ELSE 0 END) AS visitors
FROM daily_counts
GROUP BY product_id
