-- grain: version of a social signal
-- With a signal_id, that is the key; without, product, time, kind and channel are.
SELECT
    v.*,
    min(v.known_at) OVER (
        PARTITION BY v.signal_id, v.signal_key
        ORDER BY coalesce(v.recorded_at, v.known_at), v.known_at, v.origin, v.line
        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS superseded_at
FROM (
    SELECT
        f.*,
        CASE
            WHEN f.signal_id IS NULL
                THEN concat_ws('|', f.product_id, f.occurred_at, f.kind, f.channel)
        END AS signal_key
    FROM facts.social_signals AS f
    WHERE f.known_at <= $as_of AND f.occurred_at < $as_of
) AS v
