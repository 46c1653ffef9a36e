-- finds: groups whose rate or interval leaves [0, 1], or with more hits than campaigns
-- step: market
SELECT concat(dimension, ' ', key) AS key, rate AS found
FROM moq_rates
WHERE
    NOT (rate BETWEEN 0 AND 1) OR NOT (rate_shrunk BETWEEN 0 AND 1) OR hits > n
    OR NOT (0 <= rate_low AND rate_low <= rate AND rate <= rate_high AND rate_high <= 1.0000001)
