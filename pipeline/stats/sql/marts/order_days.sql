-- grain: slot of the campaign, product, local day, channel
-- step: orders
-- kind: intermediate
-- Orders by day and channel of their placed event, cancelled or not, in the window or outside.
SELECT
    c.slot_date, c.product_id, p.day, w.id AS channel, sum(p.orders) AS orders, sum(p.units) AS units
FROM (
    SELECT campaign_key, day, channel_key, count(*) AS orders, sum(coalesce(units, 0)) AS units
    FROM stg_order_events
    WHERE event = 'placed' AND is_single_event
    GROUP BY campaign_key, day, channel_key
    UNION ALL
    SELECT campaign_key, day, channel_key, count(*) AS orders, sum(units) AS units
    FROM (
        SELECT campaign_key, day, channel_key, order_key, sum(coalesce(units, 0)) AS units
        FROM stg_order_events
        WHERE event = 'placed' AND NOT is_single_event AND superseded_at IS NULL
        GROUP BY campaign_key, day, channel_key, order_key
    )
    GROUP BY campaign_key, day, channel_key
) AS p
INNER JOIN slot_campaigns AS c ON p.campaign_key = c.campaign_key
LEFT JOIN id_dictionary AS w ON p.channel_key = w.key
GROUP BY c.slot_date, c.product_id, p.day, w.id
