-- grain: product, local day, kind
-- Social signals over all channels, on the day that a clock in the market's zone showed. Days without
-- a signal have no row.
-- column count: as known now
SELECT product_id, day, kind, sum(count) AS count
FROM signal_days
GROUP BY product_id, day, kind
HAVING sum(count) > 0
