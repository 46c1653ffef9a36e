-- grain: order of more than one event, window, time from which its net is known to have this value
-- step: orders
-- kind: memory
-- A cancellation subtracts its own units and amount, or the whole order if it has neither; without an amount it takes
-- the share of its units. The net is never negative.
-- column known_from: not before the close
-- column is_only_version: the order has one row in this window, as most have
WITH events AS (
    SELECT
        e.campaign_key, e.order_key, e.signed_units, e.signed_amount, e.is_full_cancellation, e.unpriced_units,
        e.priced_units, e.placed_amount, e.known_at, e.superseded_at, w.opens_at, w.closes_at
    FROM closed_windows AS w
    INNER JOIN stg_order_events AS e ON w.campaign_key = e.campaign_key
    WHERE
        NOT e.is_single_event AND e.event <> 'refunded'
        AND e.occurred_at >= w.opens_at AND e.occurred_at < w.closes_at
),

-- Each version that ever held is added when it becomes known and subtracted when it is superseded.
changes AS (
    SELECT *, greatest(known_at, closes_at) AS known_from, 1 AS sign
    FROM events
    WHERE superseded_at IS NULL OR known_at < superseded_at
    UNION ALL
    SELECT *, greatest(superseded_at, closes_at) AS known_from, -1 AS sign
    FROM events
    WHERE known_at < superseded_at
),

sums AS (
    SELECT
        campaign_key, opens_at, closes_at, order_key, known_from,
        sum(sign * signed_units) AS units,
        sum(sign * signed_amount) AS amount,
        sum(sign * placed_amount) AS placed_amount, sum(sign * unpriced_units) AS unpriced_units,
        sum(sign * priced_units) AS priced_units,
        sum(sign * is_full_cancellation) AS full_cancellations
    FROM changes
    GROUP BY campaign_key, opens_at, closes_at, order_key, known_from
),

-- Most orders have one version; only the others need a running sum.
repeated AS (
    SELECT campaign_key, opens_at, closes_at, order_key, count(*) AS versions
    FROM sums
    GROUP BY campaign_key, opens_at, closes_at, order_key
    HAVING count(*) > 1
),

versions AS (
    SELECT s.*, TRUE AS is_only_version
    FROM sums AS s
    LEFT ANTI JOIN repeated AS m
        ON s.order_key = m.order_key AND s.opens_at = m.opens_at AND s.closes_at = m.closes_at
    UNION ALL
    SELECT
        s.campaign_key, s.opens_at, s.closes_at, s.order_key, s.known_from,
        sum(s.units) OVER so_far AS units, sum(s.amount) OVER so_far AS amount,
        sum(s.placed_amount) OVER so_far AS placed_amount, sum(s.unpriced_units) OVER so_far AS unpriced_units,
        sum(s.priced_units) OVER so_far AS priced_units,
        sum(s.full_cancellations) OVER so_far AS full_cancellations,
        FALSE AS is_only_version
    FROM sums AS s
    LEFT SEMI JOIN repeated AS m
        ON s.order_key = m.order_key AND s.opens_at = m.opens_at AND s.closes_at = m.closes_at
    WINDOW so_far AS (
        PARTITION BY s.campaign_key, s.opens_at, s.closes_at, s.order_key ORDER BY s.known_from
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
)

SELECT
    campaign_key, opens_at, closes_at, order_key, known_from, is_only_version,
    net_of_cancellations(units, full_cancellations) AS units,
    net_of_cancellations(amount - cancelled_share(placed_amount, unpriced_units, priced_units), full_cancellations)
        AS amount
FROM versions
