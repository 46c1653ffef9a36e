-- grain: version of a product
-- A version holds in [known_at, superseded_at): it ends when a version that goes before it becomes known.
SELECT
    v.*,
    min(v.known_at) OVER (
        PARTITION BY v.product_id
        ORDER BY v.updated_at, v.known_at, v.origin, v.line
        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS superseded_at
FROM facts.products AS v
WHERE v.known_at <= $as_of
