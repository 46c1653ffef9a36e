-- grain: product, channel, local day, decision day on which it occurred, decision day on which it was known
-- step: views
-- kind: intermediate
-- Source of conversion_daily, funnel and the features. A superseded version is subtracted on the day it was superseded.
SELECT
    p.id AS product_id, c.id AS channel, v.day, v.occurred_on, v.known_on, v.views, v.visitors
FROM id_dictionary AS p
INNER JOIN (
    SELECT
        product_key, channel_key, day, occurred_on, known_on, sum(views) AS views, sum(visitors) AS visitors
    FROM (
        SELECT product_key, channel_key, day, occurred_on, known_on, views, visitors FROM stg_page_views
        UNION ALL
        SELECT product_key, channel_key, day, occurred_on, superseded_on AS known_on, -views AS views,
            -visitors AS visitors
        FROM stg_page_views
        WHERE superseded_on IS NOT NULL
    )
    GROUP BY product_key, channel_key, day, occurred_on, known_on
) AS v ON p.key = v.product_key
INNER JOIN id_dictionary AS c ON v.channel_key = c.key
