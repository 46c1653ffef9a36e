-- finds: order events of the last closed slot below a quarter or above four times the median of the eight before it
-- remedy: check the order files of this slot: a part is missing, or they were delivered twice
-- step: market
WITH closed AS (
    SELECT a.slot_date, a.events, row_number() OVER (ORDER BY a.slot_date DESC) AS recency
    FROM order_reconciliation AS a
    INNER JOIN slots AS s ON a.slot_date = s.slot_date
    WHERE s.closes_at <= $as_of
),

typical_volume AS (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(events AS DOUBLE)) AS events, count(*) AS n
    FROM closed
    WHERE recency BETWEEN 2 AND 9
)

SELECT c.slot_date AS key, c.events AS found
FROM closed AS c
CROSS JOIN typical_volume AS u
WHERE c.recency = 1 AND u.n = 8 AND (c.events < u.events / 4 OR c.events > u.events * 4)
