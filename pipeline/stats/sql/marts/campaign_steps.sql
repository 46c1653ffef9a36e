-- grain: campaign with an outcome, step of its window in which its net units changed, and the first step
-- A window of 168 hours has 168 steps (unit hour), any other has ten (unit tenth); an event at the very
-- opening falls in step 0. Integer arithmetic on microseconds, so that no edge is rounded away.
-- column units_so_far: net units up to the end of the step
-- column next_step: the next step with a row; null in the last
WITH windows AS (
    SELECT
        c.campaign_number, o.slot_date, o.campaign_id, o.product_id,
        CAST(o.opens_at AS BIGINT) AS opens_micros,
        CAST(o.closes_at AS BIGINT) - CAST(o.opens_at AS BIGINT) AS window_micros
    FROM campaign_outcomes AS o
    INNER JOIN slot_campaigns AS c ON o.campaign_id = c.campaign_id
    WHERE o.hit IS NOT NULL
),

changes AS (
    SELECT
        campaign_number,
        CASE WHEN window_micros = 604800000000 THEN elapsed_micros / 3600000000
            ELSE 10 * elapsed_micros / window_micros
        END AS step,
        units_change
    FROM (
        SELECT
            e.campaign_number, e.units_change, w.window_micros,
            CAST(e.occurred_at AS BIGINT) - w.opens_micros AS elapsed_micros
        FROM windows AS w
        INNER JOIN order_changes AS e ON w.campaign_number = e.campaign_number
    )
    UNION ALL
    SELECT campaign_number, 0 AS step, 0 AS units_change FROM windows
),

steps AS (
    SELECT campaign_number, step, CAST(sum(units_change) AS BIGINT) AS units_change
    FROM changes
    GROUP BY campaign_number, step
),

finals AS (
    SELECT campaign_number, sum(units_change) AS final_units FROM steps GROUP BY campaign_number
)

SELECT
    w.slot_date, w.campaign_id, w.product_id,
    CASE WHEN w.window_micros = 604800000000 THEN 'hour' ELSE 'decile' END AS unit,
    s.step, s.units_change, s.units_so_far, f.final_units, s.next_step
FROM windows AS w
INNER JOIN finals AS f ON w.campaign_number = f.campaign_number
INNER JOIN (
    SELECT
        campaign_number, step, units_change,
        running_sum(units_change) OVER in_order AS units_so_far, next_value(step) OVER in_order AS next_step
    FROM steps
    WINDOW in_order AS (PARTITION BY campaign_number ORDER BY step)
) AS s ON w.campaign_number = s.campaign_number
