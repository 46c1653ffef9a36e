-- grain: lag_days
-- step: market
-- kind: kept(lag_days)
-- Refunds by the time since the close, over campaigns that closed by as_of.
-- column lag_days: local days from the day of the close to the day of the refund; negative before the close
-- column share: share of all refunds
SELECT
    lag_days,
    sum(refunds) AS refunds,
    CAST(sum(refunds) AS DOUBLE) / sum(sum(refunds)) OVER () AS share
FROM campaign_refunds
GROUP BY lag_days
