-- grain: version of the views of a product in an hour on a channel
SELECT
    v.*,
    min(v.known_at) OVER (
        PARTITION BY v.product_id, v.hour, v.channel
        ORDER BY coalesce(v.recorded_at, v.known_at), v.known_at, v.origin, v.line
        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS superseded_at
FROM facts.page_views AS v
WHERE v.known_at <= $as_of AND v.hour < $as_of
