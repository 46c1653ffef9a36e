-- grain: product, kind, local day, decision day on which it occurred, decision day on which it was known
-- step: signals
-- kind: intermediate
-- Source of signal_daily and of the features. A superseded version is subtracted on the day it was superseded.
SELECT
    p.id AS product_id, k.id AS kind, s.day, s.occurred_on, s.known_on, s.count
FROM id_dictionary AS p
INNER JOIN (
    SELECT product_key, kind_key, day, occurred_on, known_on, sum(count) AS count
    FROM (
        SELECT product_key, kind_key, day, occurred_on, known_on, count FROM stg_social_signals
        UNION ALL
        SELECT product_key, kind_key, day, occurred_on, superseded_on AS known_on, -count AS count
        FROM stg_social_signals
        WHERE superseded_on IS NOT NULL
    )
    GROUP BY product_key, kind_key, day, occurred_on, known_on
) AS s ON p.key = s.product_key
INNER JOIN id_dictionary AS k ON s.kind_key = k.key
