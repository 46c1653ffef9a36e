-- grain: offer, slot, T, dimension
-- step: features
-- kind: view
-- Hits and campaigns of the offer's maker, artist, category and product known at T; no row without campaigns.
WITH keyed AS (
    SELECT 'maker' AS dimension, maker_id AS key, starts_at, ends_at, hit FROM known_outcomes
    UNION ALL
    SELECT 'artist' AS dimension, artist_id AS key, starts_at, ends_at, hit FROM known_outcomes
    UNION ALL
    SELECT 'category_rate' AS dimension, category AS key, starts_at, ends_at, hit FROM known_outcomes
    UNION ALL
    SELECT 'product' AS dimension, product_id AS key, starts_at, ends_at, hit FROM known_outcomes
),

lookups AS (
    SELECT 'maker' AS dimension, g.maker_id AS key, g.id, g.slot_date, g.knowledge_at FROM offer_products AS g
    UNION ALL
    SELECT 'artist' AS dimension, g.artist_id AS key, g.id, g.slot_date, g.knowledge_at FROM offer_products AS g
    UNION ALL
    SELECT 'category_rate' AS dimension, g.category AS key, g.id, g.slot_date, g.knowledge_at FROM offer_products AS g
    UNION ALL
    SELECT 'product' AS dimension, o.product_id AS key, o.id, o.slot_date, o.knowledge_at FROM offers AS o
),

-- An outcome adds to a record when it becomes known and is subtracted when superseded.
changes AS (
    SELECT c.dimension, c.key, c.at, sum(c.n) AS n, sum(c.hit) AS hits
    FROM (
        SELECT dimension, key, starts_at AS at, 1 AS n, hit FROM keyed
        UNION ALL
        SELECT dimension, key, ends_at AS at, -1 AS n, -hit AS hit FROM keyed WHERE ends_at IS NOT NULL
    ) AS c
    LEFT SEMI JOIN lookups AS q ON c.dimension = q.dimension AND c.key = q.key
    GROUP BY c.dimension, c.key, c.at
),

-- Offers of a slot share most lookups.
totals AS (
    SELECT q.dimension, q.key, q.knowledge_at, sum(c.n) AS n, sum(c.hits) AS hits
    FROM (SELECT DISTINCT dimension, key, knowledge_at FROM lookups) AS q
    INNER JOIN changes AS c ON q.dimension = c.dimension AND q.key = c.key AND c.at <= q.knowledge_at
    GROUP BY q.dimension, q.key, q.knowledge_at
)

SELECT a.id, a.slot_date, a.knowledge_at, a.dimension, w.n, w.hits
FROM lookups AS a
INNER JOIN totals AS w ON a.dimension = w.dimension AND a.key = w.key AND a.knowledge_at = w.knowledge_at
