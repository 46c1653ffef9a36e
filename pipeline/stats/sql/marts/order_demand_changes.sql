-- grain: campaign, window, time at which a change of its demand became known
-- step: orders
-- kind: view
-- Demand changes from order events. A campaign with a corrected window has rows for each window [opens_at, closes_at).
-- Everything known before the close counts from the close. Refunds never change demand.
WITH nets AS (
    SELECT
        campaign_key, opens_at, closes_at, known_from,
        units - coalesce(lag(units) OVER of_order, 0) AS units,
        amount - coalesce(lag(amount) OVER of_order, 0) AS amount
    FROM order_versions
    WHERE NOT is_only_version
    WINDOW of_order AS (PARTITION BY campaign_key, opens_at, closes_at, order_key ORDER BY known_from)
)

SELECT w.campaign_id, c.opens_at, c.closes_at, c.known_from,
    CAST(sum(c.units) AS BIGINT) AS units_change, CAST(sum(c.amount) AS DECIMAL(18, 2)) AS amount_change
FROM (
    SELECT e.campaign_key, w.opens_at, w.closes_at, greatest(e.known_at, w.closes_at) AS known_from,
        coalesce(e.units, 0) AS units, coalesce(e.amount, 0) AS amount
    FROM closed_windows AS w
    INNER JOIN stg_order_events AS e ON w.campaign_key = e.campaign_key
    WHERE e.is_single_event AND e.event = 'placed' AND e.occurred_at >= w.opens_at AND e.occurred_at < w.closes_at
    UNION ALL
    SELECT campaign_key, opens_at, closes_at, known_from, units, amount FROM order_versions WHERE is_only_version
    UNION ALL
    SELECT campaign_key, opens_at, closes_at, known_from, units, amount FROM nets
) AS c
INNER JOIN (SELECT DISTINCT campaign_key, campaign_id FROM closed_windows) AS w
    ON c.campaign_key = w.campaign_key
GROUP BY w.campaign_id, c.opens_at, c.closes_at, c.known_from
