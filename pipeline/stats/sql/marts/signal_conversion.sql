-- grain: category, kind
-- step: market
-- kind: kept(category, kind)
-- Orders per social signal. It covers campaigns with an outcome whose product had a signal of that kind from the
-- announcement, 28 days before the opening, to the close.
-- column orders: orders of those campaigns; an order counts for several kinds
-- column orders_per_signal: orders / signals
-- column orders_per_signal_shrunk: posterior mean under a Gamma prior fitted for each kind from campaigns whose outcome
--   is known at as_of (table signal_priors); no feature reads it
SELECT
    s.category, s.kind, s.n_campaigns, s.signals, s.orders,
    CAST(s.orders AS DOUBLE) / s.signals AS orders_per_signal,
    (s.orders + p.mean * p.strength) / (s.signals + p.strength) AS orders_per_signal_shrunk
FROM (
    SELECT category, kind, count(*) AS n_campaigns, sum(signals) AS signals, sum(orders) AS orders
    FROM category_signals
    GROUP BY category, kind
) AS s
INNER JOIN signal_priors AS p ON s.kind = p.kind
