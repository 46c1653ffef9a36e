-- grain: version of an order event
-- Units and amount are positive; the event gives the sign.
SELECT
    v.*,
    min(v.known_at) OVER (
        PARTITION BY v.event_id
        ORDER BY coalesce(v.recorded_at, v.known_at), v.known_at, v.origin, v.line
        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS superseded_at
FROM facts.order_events AS v
WHERE v.known_at <= $as_of AND v.occurred_at < $as_of
