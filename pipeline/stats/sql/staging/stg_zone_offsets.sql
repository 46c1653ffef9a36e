-- grain: stretch of time with one offset of the market's zone from UTC
-- The calendar's own, where the first and the last reach on: views, signals and refunds may lie before
-- the first opening or after the last, and none of them may fall out of a local day.
SELECT
    CASE WHEN starts_at = min(starts_at) OVER () THEN starts_at - INTERVAL '36500 days' ELSE starts_at END
        AS starts_at,
    CASE WHEN ends_at = max(ends_at) OVER () THEN ends_at + INTERVAL '36500 days' ELSE ends_at END AS ends_at,
    utc_offset
FROM zone_offsets
