-- grain: listed product, local day, kind
-- kind: memory
-- Signals and visitors of listed products over the last 60 days.
WITH products AS (SELECT DISTINCT product_id FROM rankings)

SELECT s.product_id, s.day, s.kind, CAST(m.today - s.day AS INT) AS age, CAST(s.count AS BIGINT) AS count
FROM signal_daily AS s
CROSS JOIN run_params AS m
LEFT SEMI JOIN products AS p ON s.product_id = p.product_id
WHERE s.day > m.today - INTERVAL '60 days' AND s.kind IN ('alert', 'wish')
UNION ALL
SELECT
    c.product_id, c.day, 'view' AS kind, CAST(max(m.today - c.day) AS INT) AS age,
    CAST(sum(c.visitors) AS BIGINT) AS count
FROM conversion_daily AS c
CROSS JOIN run_params AS m
LEFT SEMI JOIN products AS p ON c.product_id = p.product_id
WHERE c.day > m.today - INTERVAL '60 days'
GROUP BY c.product_id, c.day
