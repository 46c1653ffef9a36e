-- grain: category, kind
-- Orders per social signal, over campaigns with an outcome whose product had a signal of that kind from its
-- announcement, 28 days before its opening, to its close.
-- column orders: orders of those campaigns; one order may stand beside several kinds
-- column orders_per_signal: orders / signals
-- column orders_per_signal_shrunk: posterior mean under a Gamma prior fitted for each kind from the
--   campaigns whose outcome is known at as_of (table signal_priors); no feature reads it
SELECT
    s.category, s.kind, s.n_campaigns, s.signals, s.orders,
    CAST(s.orders AS DOUBLE) / s.signals AS orders_per_signal,
    (s.orders + p.mean * p.strength) / (s.signals + p.strength) AS orders_per_signal_shrunk
FROM (
    SELECT category, kind, count(*) AS n_campaigns, sum(signals) AS signals, sum(orders) AS orders
    FROM signal_campaigns
    GROUP BY category, kind
) AS s
INNER JOIN signal_priors AS p ON s.kind = p.kind
