-- grain: order of more than one event, window, moment from which its net is known to be this
-- A cancel takes its own units and amount, or the whole order where it names neither, never below zero.
-- column known_from: not before the close
-- column is_plain: it has no other such moment, as most orders have not
WITH events AS (
    SELECT
        e.campaign_number, e.order_number, e.event, e.units, e.amount, e.known_at, e.superseded_at,
        w.opens_at, w.closes_at
    FROM closed_windows AS w
    INNER JOIN stg_order_events AS e ON w.campaign_number = e.campaign_number
    WHERE
        NOT e.is_alone AND e.event <> 'refunded'
        AND e.occurred_at >= w.opens_at AND e.occurred_at < w.closes_at
),

-- Each version that ever held adds when it becomes known and takes away when it is superseded.
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
        campaign_number, opens_at, closes_at, order_number, known_from,
        sum(CASE WHEN event = 'placed' THEN sign ELSE -sign END * coalesce(units, 0)) AS units,
        sum(CASE WHEN event = 'placed' THEN sign ELSE -sign END * coalesce(amount, 0)) AS amount,
        sum(CASE WHEN event = 'cancelled' AND units IS NULL AND amount IS NULL THEN sign ELSE 0 END) AS wholes
    FROM changes
    GROUP BY campaign_number, opens_at, closes_at, order_number, known_from
),

-- Most orders have one such moment; a running sum is made for the others only.
moments AS (
    SELECT campaign_number, opens_at, closes_at, order_number, count(*) AS moments
    FROM sums
    GROUP BY campaign_number, opens_at, closes_at, order_number
    HAVING count(*) > 1
),

known AS (
    SELECT s.*, TRUE AS is_plain
    FROM sums AS s
    LEFT ANTI JOIN moments AS m
        ON s.order_number = m.order_number AND s.opens_at = m.opens_at AND s.closes_at = m.closes_at
    UNION ALL
    SELECT
        s.campaign_number, s.opens_at, s.closes_at, s.order_number, s.known_from,
        sum(s.units) OVER so_far AS units, sum(s.amount) OVER so_far AS amount, sum(s.wholes) OVER so_far AS wholes,
        FALSE AS is_plain
    FROM sums AS s
    LEFT SEMI JOIN moments AS m
        ON s.order_number = m.order_number AND s.opens_at = m.opens_at AND s.closes_at = m.closes_at
    WINDOW so_far AS (
        PARTITION BY s.campaign_number, s.opens_at, s.closes_at, s.order_number ORDER BY s.known_from
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
)

SELECT
    campaign_number, opens_at, closes_at, order_number, known_from, is_plain,
    CASE WHEN wholes > 0 THEN 0 ELSE greatest(units, 0) END AS units,
    CASE WHEN wholes > 0 THEN 0 ELSE greatest(amount, 0) END AS amount
FROM known
