-- How many customers are back after four slots, by the slot of their first order?
SELECT first_slot, customers, returning_customers, round(returning_customers * 1.0 / customers, 3) AS share
FROM cohorts
WHERE slots_since = 4
ORDER BY first_slot DESC;

-- How fast do customers leave? Share that orders again, slot after slot, over all cohorts.
SELECT slots_since, count(*) AS cohorts, sum(customers) AS customers,
    round(sum(returning_customers) * 1.0 / sum(customers), 3) AS share
FROM cohorts
WHERE slots_since BETWEEN 1 AND 12
GROUP BY slots_since
ORDER BY slots_since;

-- How many customers are new in each slot?
SELECT first_slot, customers AS new_customers
FROM cohorts
WHERE slots_since = 0
ORDER BY first_slot DESC;
