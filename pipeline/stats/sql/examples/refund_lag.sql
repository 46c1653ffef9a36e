-- After how many days are 50 % and 90 % of refunds completed?
WITH running AS (
    SELECT lag_days, sum(share) OVER (ORDER BY lag_days) AS so_far FROM refund_lag
)
SELECT
    min(CASE WHEN so_far >= 0.5 THEN lag_days END) AS p50_days,
    min(CASE WHEN so_far >= 0.9 THEN lag_days END) AS p90_days
FROM running;

-- On which day after the close do most refunds come?
SELECT lag_days, refunds, round(share, 3) AS share
FROM refund_lag
ORDER BY refunds DESC, lag_days
LIMIT 5;

-- What share of refunds comes before the close, in the first two weeks, and later?
SELECT
    CASE WHEN lag_days < 0 THEN 'before the close' WHEN lag_days <= 14 THEN 'in 14 days' ELSE 'later' END AS "when",
    sum(refunds) AS refunds,
    round(sum(share), 3) AS share
FROM refund_lag
GROUP BY "when"
ORDER BY refunds DESC;
