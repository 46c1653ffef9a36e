-- grain: category, unit, hour
-- step: market
-- kind: kept(category, unit, hour)
-- Cumulative share of final orders over the window, for campaigns with an outcome that ended with units. Withdrawn
-- campaigns and order snapshots are ignored.
-- column hour: step since the opening, in the given unit
-- column unit: hour for windows of 168 hours (0 to 167), decile of the window for all others (0 to 9)
-- column n_campaigns: number of campaigns
-- column share_mean: mean of net units up to the end of the step / final net units, carried forward over steps without
--   orders; above 1 if later cancellations removed units
-- column share_p10: 10th percentile of that share
-- column share_p50: median
-- column share_p90: 90th percentile
WITH shares AS (
    SELECT
        p.category, s.unit,
        unnest(range(s.step, coalesce(s.next_step, CASE WHEN s.unit = 'hour' THEN 168 ELSE 10 END))) AS hour,
        CAST(s.units_so_far AS DOUBLE) / s.final_units AS share
    FROM stg_products AS p
    INNER JOIN campaign_progress AS s ON p.product_id = s.product_id
    WHERE s.final_units > 0 AND p.superseded_at IS NULL
)

-- A sum of decimals does not depend on the order of rows; a sum of floats does.
SELECT
    category, hour, unit,
    count(*) AS n_campaigns,
    CAST(sum(CAST(share AS DECIMAL(28, 12))) AS DOUBLE) / count(*) AS share_mean,
    percentile_cont(0.1) WITHIN GROUP (ORDER BY share) AS share_p10,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY share) AS share_p50,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY share) AS share_p90
FROM shares
GROUP BY category, hour, unit
