-- grain: version of an order snapshot
-- An observation at the very end of a day is observed at the first instant after it, hence `<=`.
SELECT
    v.*,
    min(v.known_at) OVER (
        PARTITION BY v.campaign_id, v.observed_at
        ORDER BY coalesce(v.recorded_at, v.known_at), v.known_at, v.origin, v.line
        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS superseded_at
FROM facts.order_snapshots AS v
WHERE v.known_at <= $as_of AND v.observed_at <= $as_of
