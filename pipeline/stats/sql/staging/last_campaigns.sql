-- grain: campaign of the slots being built
-- step: orders
-- kind: view
-- The current version of each campaign. A retracted campaign has none: then the version that held last.
SELECT * EXCLUDE (recency)
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY campaign_id ORDER BY superseded_at DESC NULLS FIRST, known_at DESC
        ) AS recency
    FROM stg_campaign_slots
)
WHERE recency = 1
