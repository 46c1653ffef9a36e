-- grain: campaign with an outcome, step of its window in which its net units changed, and the first step
-- step: orders
-- kind: intermediate(campaign_id, step)
-- A window of 168 hours has 168 steps (unit hour), any other has ten (unit decile). An event at the opening falls in
-- step 0. Steps are computed from integer microseconds, so that no boundary is rounded.
-- column units_so_far: net units up to the end of the step
-- column next_step: next step with a row; null for the last
WITH windows AS (
    SELECT c.campaign_key, o.slot_date, o.campaign_id, o.product_id, o.opens_at, o.closes_at
    FROM campaign_outcomes AS o
    INNER JOIN slot_campaigns AS c ON o.campaign_id = c.campaign_id
    WHERE o.hit IS NOT NULL
),

changes AS (
    SELECT w.campaign_key, window_step(w.opens_at, w.closes_at, e.occurred_at) AS step, e.units_change
    FROM windows AS w
    INNER JOIN order_changes AS e ON w.campaign_key = e.campaign_key
    UNION ALL
    SELECT campaign_key, 0 AS step, 0 AS units_change FROM windows
),

steps AS (
    SELECT campaign_key, step, CAST(sum(units_change) AS BIGINT) AS units_change
    FROM changes
    GROUP BY campaign_key, step
),

finals AS (
    SELECT campaign_key, sum(units_change) AS final_units FROM steps GROUP BY campaign_key
)

SELECT
    w.slot_date, w.campaign_id, w.product_id,
    window_unit(w.opens_at, w.closes_at) AS unit,
    s.step, s.units_change, s.units_so_far, f.final_units, s.next_step
FROM windows AS w
INNER JOIN finals AS f ON w.campaign_key = f.campaign_key
INNER JOIN (
    SELECT
        campaign_key, step, units_change,
        running_sum(units_change) OVER in_order AS units_so_far, next_value(step) OVER in_order AS next_step
    FROM steps
    WINDOW in_order AS (PARTITION BY campaign_key ORDER BY step)
) AS s ON w.campaign_key = s.campaign_key
