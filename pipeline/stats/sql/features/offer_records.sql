-- grain: offer, slot, T, dimension
-- Hits and campaigns of the offer's maker, artist, category and product, as known at T.
-- A running sum over time: an outcome adds when it becomes known and is taken back when superseded.
WITH outcomes AS (
    SELECT
        v.campaign_id, CAST(v.hit AS BIGINT) AS hit, v.product_id, p.maker_id, p.artist_id, p.category,
        greatest(v.known_at, p.known_at) AS starts_at,
        CASE
            WHEN v.superseded_at IS NULL THEN p.superseded_at
            WHEN p.superseded_at IS NULL THEN v.superseded_at
            ELSE least(v.superseded_at, p.superseded_at)
        END AS ends_at
    FROM outcome_versions AS v
    INNER JOIN stg_products AS p
        ON
            v.product_id = p.product_id
            AND (p.superseded_at IS NULL OR v.known_at < p.superseded_at)
            AND (v.superseded_at IS NULL OR p.known_at < v.superseded_at)
    WHERE v.hit IS NOT NULL AND (p.superseded_at IS NULL OR p.known_at < p.superseded_at)
),

keyed AS (
    SELECT 'maker' AS dimension, maker_id AS key, starts_at, ends_at, hit FROM outcomes
    UNION ALL
    SELECT 'artist' AS dimension, artist_id AS key, starts_at, ends_at, hit FROM outcomes
    UNION ALL
    SELECT 'category_rate' AS dimension, category AS key, starts_at, ends_at, hit FROM outcomes
    UNION ALL
    SELECT 'product' AS dimension, product_id AS key, starts_at, ends_at, hit FROM outcomes
),

asked AS (
    SELECT 'maker' AS dimension, g.maker_id AS key, g.id, g.slot_date, g.knowledge_at FROM offer_pages AS g
    UNION ALL
    SELECT 'artist' AS dimension, g.artist_id AS key, g.id, g.slot_date, g.knowledge_at FROM offer_pages AS g
    UNION ALL
    SELECT 'category_rate' AS dimension, g.category AS key, g.id, g.slot_date, g.knowledge_at FROM offer_pages AS g
    UNION ALL
    SELECT 'product' AS dimension, o.product_id AS key, o.id, o.slot_date, o.knowledge_at FROM offers AS o
),

-- What becomes known at T is known at T, so changes go before the question (place).
steps AS (
    SELECT dimension, key, starts_at AS at, 0 AS place, CAST(NULL AS VARCHAR) AS id,
        CAST(NULL AS DATE) AS slot_date, 1 AS n, hit
    FROM keyed
    UNION ALL
    SELECT dimension, key, ends_at AS at, 0 AS place, CAST(NULL AS VARCHAR) AS id,
        CAST(NULL AS DATE) AS slot_date, -1 AS n, -hit AS hit
    FROM keyed
    WHERE ends_at IS NOT NULL
    UNION ALL
    SELECT dimension, key, knowledge_at AS at, 1 AS place, id, slot_date, 0 AS n, 0 AS hit
    FROM asked
)

SELECT id, slot_date, knowledge_at, dimension, n, hits
FROM (
    SELECT
        id, slot_date, at AS knowledge_at, dimension,
        sum(n) OVER so_far AS n,
        sum(hit) OVER so_far AS hits
    FROM steps
    WHERE key IS NOT NULL
    WINDOW so_far AS (
        PARTITION BY dimension, key ORDER BY at, place
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
)
WHERE id IS NOT NULL
