-- grain: campaign, window, moment at which its demand became known to have changed by this
-- A campaign whose window was corrected has rows for each window. What was known before the close
-- counts from the close. Window: [opens_at, closes_at); refunds never change demand.
WITH nets AS (
    SELECT
        campaign_number, opens_at, closes_at, known_from,
        units - coalesce(lag(units) OVER of_order, 0) AS units,
        amount - coalesce(lag(amount) OVER of_order, 0) AS amount
    FROM order_versions
    WHERE NOT is_plain
    WINDOW of_order AS (PARTITION BY campaign_number, opens_at, closes_at, order_number ORDER BY known_from)
)

SELECT w.campaign_id, c.opens_at, c.closes_at, c.known_from,
    CAST(sum(c.units) AS BIGINT) AS units_change, CAST(sum(c.amount) AS DECIMAL(18, 2)) AS amount_change
FROM (
    SELECT e.campaign_number, w.opens_at, w.closes_at, greatest(e.known_at, w.closes_at) AS known_from,
        coalesce(e.units, 0) AS units, coalesce(e.amount, 0) AS amount
    FROM closed_windows AS w
    INNER JOIN stg_order_events AS e ON w.campaign_number = e.campaign_number
    WHERE e.is_alone AND e.event = 'placed' AND e.occurred_at >= w.opens_at AND e.occurred_at < w.closes_at
    UNION ALL
    SELECT campaign_number, opens_at, closes_at, known_from, units, amount FROM order_versions WHERE is_plain
    UNION ALL
    SELECT campaign_number, opens_at, closes_at, known_from, units, amount FROM nets
) AS c
INNER JOIN (SELECT DISTINCT campaign_number, campaign_id FROM closed_windows) AS w
    ON c.campaign_number = w.campaign_number
GROUP BY w.campaign_id, c.opens_at, c.closes_at, c.known_from
