-- finds: slots and products with offers in more than one currency; sums of their money are null
-- remedy: give all offers of a slot and of a product one currency
-- step: market
WITH offers AS (
    SELECT c.slot_date, c.product_id, coalesce(c.currency, w.currency) AS currency
    FROM stg_campaign_slots AS c
    CROSS JOIN settings AS w
    WHERE c.superseded_at IS NULL AND c.status <> 'withdrawn'
    UNION
    SELECT k.slot_date, k.product_id, coalesce(k.currency, w.currency) AS currency
    FROM stg_candidates AS k
    CROSS JOIN settings AS w
    WHERE k.superseded_at IS NULL AND k.status = 'proposed'
),

groups AS (
    SELECT DISTINCT concat('slot ', CAST(slot_date AS VARCHAR)) AS key, currency FROM offers WHERE currency IS NOT NULL
    UNION ALL
    SELECT DISTINCT concat('product ', product_id) AS key, currency FROM offers WHERE currency IS NOT NULL
)

SELECT key, string_agg(currency, ', ' ORDER BY currency) AS found
FROM groups
GROUP BY key
HAVING count(*) > 1
