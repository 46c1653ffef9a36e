-- grain: dimension, key
-- step: market
-- kind: memory
-- Hits and campaigns of each group, over campaigns that closed with an outcome. Where they have more than one currency, a
-- price band of another than the market's names it.
WITH campaigns AS (
    SELECT
        o.campaign_id,
        CAST(o.hit AS BIGINT) AS hit,
        p.category,
        p.maker_id,
        p.artist_id,
        CASE WHEN m.currencies > 1 AND o.currency <> coalesce(w.currency, '') THEN concat(o.currency, ' ') ELSE '' END
        || CASE WHEN c.price > 0 THEN CAST(CAST(floor(2 * ln(CAST(c.price AS DOUBLE))) AS BIGINT) AS VARCHAR) END
            AS price_band,
        CAST(date_part('quarter', c.opens_local) AS BIGINT) AS season,
        (CAST(date_part('dow', c.opens_local) AS BIGINT) + 6) % 7 + 1 AS weekday
    FROM campaign_outcomes AS o
    INNER JOIN stg_campaign_slots AS c ON o.campaign_id = c.campaign_id AND c.superseded_at IS NULL
    LEFT JOIN stg_products AS p ON o.product_id = p.product_id AND p.superseded_at IS NULL
    CROSS JOIN (
        SELECT count(DISTINCT currency) AS currencies FROM campaign_outcomes WHERE hit IS NOT NULL
    ) AS m
    CROSS JOIN settings AS w
    WHERE o.hit IS NOT NULL
),

keyed AS (
    SELECT 'all' AS dimension, 'all' AS key, hit FROM campaigns
    UNION ALL
    SELECT 'category' AS dimension, category AS key, hit FROM campaigns
    UNION ALL
    SELECT 'maker' AS dimension, maker_id AS key, hit FROM campaigns
    UNION ALL
    SELECT 'artist' AS dimension, artist_id AS key, hit FROM campaigns
    UNION ALL
    SELECT 'price_band' AS dimension, price_band AS key, hit FROM campaigns
    UNION ALL
    SELECT 'season' AS dimension, CAST(season AS VARCHAR) AS key, hit FROM campaigns
    UNION ALL
    SELECT 'weekday' AS dimension, CAST(weekday AS VARCHAR) AS key, hit FROM campaigns
)

SELECT dimension, key, count(*) AS n, sum(hit) AS hits
FROM keyed
WHERE key IS NOT NULL
GROUP BY dimension, key
