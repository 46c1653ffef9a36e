-- grain: dimension, key
-- step: market
-- kind: kept(dimension, key)
-- Share of campaigns that reached their threshold, by group. Read each rate with its n or its interval.
-- column dimension: all, category, maker, artist, price_band, season, weekday
-- column key: the group; price_band is floor(2 ln price), after the currency if it is not the market's; season the quarter and weekday (1 Monday) of the local opening
-- column n: campaigns with an outcome
-- column rate: hits / n
-- column rate_shrunk: posterior mean under a Beta prior fitted for the dimension from outcomes known at as_of
--   (table moq_priors); no feature reads it
-- column rate_low: lower end of the Wilson interval at 95 % (Wilson 1927)
-- column rate_high: upper end of that interval
-- Rounding must not push a bound past the rate itself if all or none hit.
SELECT
    c.dimension,
    c.key,
    c.n,
    c.hits,
    w.rate,
    (c.hits + p.mean * p.strength) / (c.n + p.strength) AS rate_shrunk,
    greatest(least((w.rate + w.z2 / (2 * c.n) - sqrt(w.z2) * w.spread) / (1 + w.z2 / c.n), w.rate), 0) AS rate_low,
    least(greatest((w.rate + w.z2 / (2 * c.n) + sqrt(w.z2) * w.spread) / (1 + w.z2 / c.n), w.rate), 1) AS rate_high
FROM moq_counts AS c
INNER JOIN moq_priors AS p ON c.dimension = p.dimension
INNER JOIN (
    SELECT
        dimension, key,
        CAST(hits AS DOUBLE) / n AS rate,
        3.841458820694124 AS z2,
        sqrt(
            (CAST(hits AS DOUBLE) / n) * (1 - CAST(hits AS DOUBLE) / n) / n
            + 3.841458820694124 / (4.0 * n * n)
        ) AS spread
    FROM moq_counts
) AS w ON c.dimension = w.dimension AND c.key = w.key
