-- grain: lag_days
-- Refunds of campaigns that closed by as_of.
-- column lag_days: local calendar days from the day of the close to that of the refund; below zero: before it
-- column share: of all refunds
SELECT
    lag_days,
    sum(refunds) AS refunds,
    CAST(sum(refunds) AS DOUBLE) / sum(sum(refunds)) OVER () AS share
FROM campaign_refunds
GROUP BY lag_days
