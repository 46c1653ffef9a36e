-- grain: product, kind, local day, day at which it was seen, day at which it was known
-- What signal_daily and the features are made of. A superseded version is taken back when it is.
SELECT
    p.word AS product_id, k.word AS kind, s.day, s.seen_on, s.known_on, s.count
FROM words AS p
INNER JOIN (
    SELECT product_number, kind_number, day, seen_on, known_on, sum(count) AS count
    FROM (
        SELECT product_number, kind_number, day, seen_on, known_on, count FROM stg_social_signals
        UNION ALL
        SELECT product_number, kind_number, day, seen_on, superseded_on AS known_on, -count AS count
        FROM stg_social_signals
        WHERE superseded_on IS NOT NULL
    )
    GROUP BY product_number, kind_number, day, seen_on, known_on
) AS s ON p.number = s.product_number
INNER JOIN words AS k ON s.kind_number = k.number
