-- grain: first_slot, slots_since
-- customers: those whose first order belongs to first_slot. returning: how many of them ordered in the
-- slot that opened slots_since later (0: the first itself, all of them), for every slot that has opened;
-- the last may be running still. An order placed in the window of its campaign belongs to the slot of
-- that campaign, cancelled or not; orders without a customer are left out.
-- returning is a word of SQL: a question quotes it ("returning") or qualifies it.
WITH slot_numbers AS (
    SELECT slot_date, opens_at, row_number() OVER (ORDER BY slot_date) AS number
    FROM slots
),

ordered AS (
    SELECT DISTINCT e.customer_id, n.number
    FROM stg_order_events AS e
    INNER JOIN stg_campaign_slots AS c ON e.campaign_id = c.campaign_id
    INNER JOIN slot_numbers AS n ON c.slot_date = n.slot_date
    WHERE
        e.event = 'placed' AND e.customer_id IS NOT NULL
        AND e.superseded_at IS NULL AND c.superseded_at IS NULL
        AND e.occurred_at >= c.opens_at AND e.occurred_at < c.closes_at
),

firsts AS (
    SELECT customer_id, number, min(number) OVER (PARTITION BY customer_id) AS first_number
    FROM ordered
),

returns AS (
    SELECT first_number, number, count(*) AS returning
    FROM firsts
    GROUP BY first_number, number
)

SELECT
    f.slot_date AS first_slot,
    CAST(n.number - f.number AS BIGINT) AS slots_since,
    g.returning AS customers,
    coalesce(r.returning, 0) AS returning
FROM returns AS g
INNER JOIN slot_numbers AS f ON g.first_number = f.number
INNER JOIN slot_numbers AS n ON n.number >= g.first_number AND n.opens_at < $as_of
LEFT JOIN returns AS r ON g.first_number = r.first_number AND n.number = r.number
WHERE g.number = g.first_number
