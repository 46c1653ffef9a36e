-- finding: the last slot to close has less than a quarter, or more than four times, of the median order events of the eight before it
WITH closed AS (
    SELECT a.slot_date, a.events, row_number() OVER (ORDER BY a.slot_date DESC) AS place
    FROM order_accounts AS a
    INNER JOIN slots AS s ON a.slot_date = s.slot_date
    WHERE s.closes_at <= $as_of
),

usual AS (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(events AS DOUBLE)) AS events, count(*) AS n
    FROM closed
    WHERE place BETWEEN 2 AND 9
)

SELECT c.slot_date AS key, c.events AS found
FROM closed AS c
CROSS JOIN usual AS u
WHERE c.place = 1 AND u.n = 8 AND (c.events < u.events / 4 OR c.events > u.events * 4)
