-- grain: version of an outcome, version of its product
-- step: features
-- kind: memory
-- Interval [starts_at, ends_at) in which an outcome counts for its maker, artist, category and product.
-- column ends_at: null if the interval is open
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
