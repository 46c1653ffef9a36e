-- grain: product, local day, kind
-- Social signals over all channels, on the day that a clock in the market's zone showed.
SELECT
    s.product_id,
    CAST(s.occurred_at + z.utc_offset AS DATE) AS day,
    s.kind,
    sum(s.count) AS count
FROM stg_social_signals AS s
INNER JOIN stg_zone_offsets AS z ON s.occurred_at >= z.starts_at AND s.occurred_at < z.ends_at
WHERE s.superseded_at IS NULL
GROUP BY s.product_id, CAST(s.occurred_at + z.utc_offset AS DATE), s.kind
