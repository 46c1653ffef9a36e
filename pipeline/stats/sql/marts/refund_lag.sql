-- grain: lag_days
-- Refunds of campaigns that closed by as_of. lag_days: local calendar days from the day of the close to
-- that of the refund; below zero: refunded before the close. share: of all refunds.
SELECT
    lag_days,
    count(*) AS refunds,
    CAST(count(*) AS DOUBLE) / sum(count(*)) OVER () AS share
FROM (
    SELECT
        CAST(CAST(e.occurred_at + r.utc_offset AS DATE) - CAST(c.closes_at + z.utc_offset AS DATE) AS BIGINT)
            AS lag_days
    FROM stg_order_events AS e
    INNER JOIN stg_campaigns AS c ON e.campaign_id = c.campaign_id AND c.superseded_at IS NULL
    INNER JOIN stg_zone_offsets AS r ON e.occurred_at >= r.starts_at AND e.occurred_at < r.ends_at
    INNER JOIN stg_zone_offsets AS z ON c.closes_at >= z.starts_at AND c.closes_at < z.ends_at
    WHERE e.event = 'refunded' AND e.superseded_at IS NULL AND c.closes_at <= $as_of
)
GROUP BY lag_days
