-- grain: first_slot, slots_since
-- step: market
-- kind: kept(first_slot, slots_since)
-- Customers by the slot of their first order, and those who ordered again later. An order placed in the window of its
-- campaign belongs to that campaign's slot, cancelled or not. Orders without a customer are ignored, as are campaigns
-- and slots that have not closed by as_of.
-- column slots_since: number of slots since the first; 0 is the first slot itself
-- column customers: customers whose first order belongs to first_slot
-- column returning_customers: of these, customers who ordered in that later slot
WITH firsts AS (
    SELECT customer_key, min(slot_date) AS first_slot FROM slot_customers GROUP BY customer_key
),

returns AS (
    SELECT f.first_slot, o.slot_date, count(*) AS customers
    FROM firsts AS f
    INNER JOIN slot_customers AS o ON f.customer_key = o.customer_key
    GROUP BY f.first_slot, o.slot_date
),

slot_positions AS (
    SELECT slot_date, closes_at, row_number() OVER (ORDER BY slot_date) AS slot_index
    FROM slots
)

SELECT
    g.first_slot,
    CAST(n.slot_index - f.slot_index AS BIGINT) AS slots_since,
    g.customers,
    coalesce(r.customers, 0) AS returning_customers
FROM returns AS g
INNER JOIN slot_positions AS f ON g.first_slot = f.slot_date
INNER JOIN slot_positions AS n ON n.slot_date >= g.first_slot AND n.closes_at <= $as_of
LEFT JOIN returns AS r ON g.first_slot = r.first_slot AND n.slot_date = r.slot_date
WHERE g.slot_date = g.first_slot
