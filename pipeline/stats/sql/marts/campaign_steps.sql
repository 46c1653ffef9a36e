-- grain: campaign with an outcome, step of its window in which its net units changed
-- A window of 168 hours has 168 steps (unit hour), any other has ten (unit tenth); an event at the very
-- opening falls in step 0. Integer arithmetic on microseconds, so that no edge is rounded away.
WITH windows AS (
    SELECT
        c.campaign_number, o.slot_date, o.campaign_id, o.product_id,
        CAST(o.opens_at AS BIGINT) AS opens_micros,
        CAST(o.closes_at AS BIGINT) - CAST(o.opens_at AS BIGINT) AS window_micros
    FROM campaign_outcomes AS o
    INNER JOIN slot_campaigns AS c ON o.campaign_id = c.campaign_id
    WHERE o.hit IS NOT NULL
),

steps AS (
    SELECT
        campaign_number,
        CASE WHEN window_micros = 604800000000 THEN elapsed_micros / 3600000000
            ELSE 10 * elapsed_micros / window_micros
        END AS step,
        sum(units_change) AS units_change
    FROM (
        SELECT
            e.campaign_number, e.units_change, w.window_micros,
            CAST(e.occurred_at AS BIGINT) - w.opens_micros AS elapsed_micros
        FROM windows AS w
        INNER JOIN order_changes AS e ON w.campaign_number = e.campaign_number
    )
    GROUP BY 1, 2
)

SELECT
    w.slot_date, w.campaign_id, w.product_id,
    CASE WHEN w.window_micros = 604800000000 THEN 'hour' ELSE 'tenth' END AS unit,
    s.step, s.units_change
FROM windows AS w
INNER JOIN steps AS s ON w.campaign_number = s.campaign_number
