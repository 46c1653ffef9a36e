-- grain: product, local day, kind
-- step: signals
-- kind: kept
-- Social signals over all channels, by local day. Days without a signal have no row.
-- column count: as known at as_of
SELECT product_id, day, kind, sum(count) AS count
FROM signal_days
GROUP BY product_id, day, kind
HAVING sum(count) > 0
