-- grain: campaign with an outcome, step of its window in which its net units changed
-- A window of 168 hours has 168 steps (unit hour), any other has ten (unit tenth); an event at the very
-- opening falls in step 0. Integer arithmetic on microseconds, so that no edge is rounded away.
WITH events AS (
    SELECT
        o.campaign_id, o.product_id,
        CAST(o.closes_at AS BIGINT) - CAST(o.opens_at AS BIGINT) AS window_micros,
        CAST(e.occurred_at AS BIGINT) - CAST(o.opens_at AS BIGINT) AS elapsed_micros,
        e.order_id, e.event, e.occurred_at,
        CASE WHEN e.event = 'placed' THEN coalesce(e.units, 0) ELSE 0 END AS placed,
        CASE WHEN e.event = 'cancelled' THEN coalesce(e.units, 0) ELSE 0 END AS cut,
        CASE WHEN e.event = 'cancelled' AND e.units IS NULL AND e.amount IS NULL THEN 1 ELSE 0 END AS is_whole
    FROM stg_order_events AS e
    INNER JOIN campaign_outcomes AS o ON e.campaign_id = o.campaign_id
    WHERE
        o.hit IS NOT NULL AND e.superseded_at IS NULL AND e.event <> 'refunded'
        AND e.occurred_at >= o.opens_at AND e.occurred_at < o.closes_at
),

-- A cancel never takes an order below zero.
nets AS (
    SELECT
        v.*,
        CASE WHEN sum(is_whole) OVER so_far > 0 THEN 0
            ELSE greatest(sum(placed) OVER so_far - sum(cut) OVER so_far, 0)
        END AS net
    FROM events AS v
    WINDOW so_far AS (
        PARTITION BY campaign_id, order_id ORDER BY occurred_at, event DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),

changes AS (
    SELECT
        campaign_id, product_id,
        CASE WHEN window_micros = 604800000000 THEN 'hour' ELSE 'tenth' END AS unit,
        CASE WHEN window_micros = 604800000000 THEN elapsed_micros / 3600000000
            ELSE 10 * elapsed_micros / window_micros
        END AS step,
        net - coalesce(lag(net) OVER (
            PARTITION BY campaign_id, order_id ORDER BY occurred_at, event DESC
        ), 0) AS units_change
    FROM nets
)

SELECT campaign_id, product_id, unit, step, sum(units_change) AS units_change
FROM changes
GROUP BY campaign_id, product_id, unit, step
