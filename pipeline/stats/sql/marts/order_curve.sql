-- grain: category, unit, hour
-- How orders come in: share is net units up to the end of the step / final net units, carried over steps
-- without orders; above 1 where later cancels took units away. unit says what hour counts since the
-- opening: 'hour' for windows of 168 hours (0 to 167), 'tenth' for all others (0 to 9).
-- Over campaigns with an outcome that ended with units; withdrawn ones and order snapshots are left out.
WITH steps AS (
    SELECT campaign_id, product_id, unit, step, sum(units_change) AS units_change
    FROM (
        SELECT campaign_id, product_id, unit, step, units_change FROM campaign_steps
        UNION ALL
        SELECT DISTINCT campaign_id, product_id, unit, 0 AS step, 0 AS units_change FROM campaign_steps
    )
    GROUP BY campaign_id, product_id, unit, step
),

running AS (
    SELECT
        campaign_id, product_id, unit, step,
        coalesce(lead(step) OVER by_step, CASE WHEN unit = 'hour' THEN 168 ELSE 10 END) AS next_step,
        sum(units_change) OVER so_far AS units,
        sum(units_change) OVER (PARTITION BY campaign_id) AS final_units
    FROM steps
    WINDOW
        by_step AS (PARTITION BY campaign_id ORDER BY step),
        so_far AS (
            PARTITION BY campaign_id ORDER BY step
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
),

shares AS (
    SELECT
        p.category, r.unit,
        unnest(range(r.step, r.next_step)) AS hour,
        CAST(r.units AS DOUBLE) / r.final_units AS share
    FROM running AS r
    INNER JOIN stg_products AS p ON r.product_id = p.product_id AND p.superseded_at IS NULL
    WHERE r.final_units > 0
)

-- The mean is summed in decimals: those give the same bytes in whatever order rows come.
SELECT
    category, hour, unit,
    count(*) AS n_campaigns,
    CAST(sum(CAST(share AS DECIMAL(28, 12))) AS DOUBLE) / count(*) AS share_mean,
    percentile_cont(0.1) WITHIN GROUP (ORDER BY share) AS share_p10,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY share) AS share_p50,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY share) AS share_p90
FROM shares
GROUP BY category, hour, unit
