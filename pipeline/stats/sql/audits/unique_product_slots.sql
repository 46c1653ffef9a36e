-- offers with more than one row of features
SELECT id AS key, count(*) AS found
FROM product_slots
GROUP BY id
HAVING count(*) > 1
