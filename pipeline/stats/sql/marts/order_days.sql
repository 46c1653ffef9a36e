-- grain: slot of the campaign, product, local day, channel
-- Orders by the day and the channel of their placed event, cancelled or not, in the window or outside.
SELECT
    c.slot_date, c.product_id, p.day, w.word AS channel, sum(p.orders) AS orders, sum(p.units) AS units
FROM (
    SELECT campaign_number, day, channel_number, count(*) AS orders, sum(coalesce(units, 0)) AS units
    FROM stg_order_events
    WHERE event = 'placed' AND is_alone
    GROUP BY campaign_number, day, channel_number
    UNION ALL
    SELECT campaign_number, day, channel_number, count(*) AS orders, sum(units) AS units
    FROM (
        SELECT campaign_number, day, channel_number, order_number, sum(coalesce(units, 0)) AS units
        FROM stg_order_events
        WHERE event = 'placed' AND NOT is_alone AND superseded_at IS NULL
        GROUP BY campaign_number, day, channel_number, order_number
    )
    GROUP BY campaign_number, day, channel_number
) AS p
INNER JOIN slot_campaigns AS c ON p.campaign_number = c.campaign_number
LEFT JOIN words AS w ON p.channel_number = w.number
GROUP BY c.slot_date, c.product_id, p.day, w.word
