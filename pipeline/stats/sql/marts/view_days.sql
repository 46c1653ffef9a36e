-- grain: product, channel, local day, day at which it was seen, day at which it was known
-- What conversion_daily, funnel and the features are made of. A superseded version is taken back when it is.
SELECT
    p.word AS product_id, c.word AS channel, v.day, v.seen_on, v.known_on, v.views, v.visitors
FROM words AS p
INNER JOIN (
    SELECT
        product_number, channel_number, day, seen_on, known_on, sum(views) AS views, sum(visitors) AS visitors
    FROM (
        SELECT product_number, channel_number, day, seen_on, known_on, views, visitors FROM stg_page_views
        UNION ALL
        SELECT product_number, channel_number, day, seen_on, superseded_on AS known_on, -views AS views,
            -visitors AS visitors
        FROM stg_page_views
        WHERE superseded_on IS NOT NULL
    )
    GROUP BY product_number, channel_number, day, seen_on, known_on
) AS v ON p.number = v.product_number
INNER JOIN words AS c ON v.channel_number = c.number
