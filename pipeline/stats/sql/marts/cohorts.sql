-- grain: first_slot, slots_since
-- An order placed in the window of its campaign belongs to the slot of that campaign, cancelled or not;
-- orders without a customer are left out. Over campaigns and slots that have closed by as_of.
-- column slots_since: slots between; 0 is the first slot itself
-- column customers: those whose first order belongs to first_slot
-- column returning_customers: customers of them who ordered in that later slot
WITH firsts AS (
    SELECT customer_number, min(slot_date) AS first_slot FROM slot_customers GROUP BY customer_number
),

returns AS (
    SELECT f.first_slot, o.slot_date, count(*) AS customers
    FROM firsts AS f
    INNER JOIN slot_customers AS o ON f.customer_number = o.customer_number
    GROUP BY f.first_slot, o.slot_date
),

slot_numbers AS (
    SELECT slot_date, closes_at, row_number() OVER (ORDER BY slot_date) AS number
    FROM slots
)

SELECT
    g.first_slot,
    CAST(n.number - f.number AS BIGINT) AS slots_since,
    g.customers,
    coalesce(r.customers, 0) AS returning_customers
FROM returns AS g
INNER JOIN slot_numbers AS f ON g.first_slot = f.slot_date
INNER JOIN slot_numbers AS n ON n.slot_date >= g.first_slot AND n.closes_at <= $as_of
LEFT JOIN returns AS r ON g.first_slot = r.first_slot AND n.slot_date = r.slot_date
WHERE g.slot_date = g.first_slot
