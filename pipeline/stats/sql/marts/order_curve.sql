-- grain: category, unit, hour
-- How orders come in over the window of a campaign, over campaigns with an outcome that ended with units;
-- withdrawn ones and order snapshots are left out.
-- column hour: since the opening, as unit says
-- column unit: hour for windows of 168 hours (0 to 167), tenth of the window for all others (0 to 9)
-- column n_campaigns: campaigns that tell
-- column share_mean: net units up to the end of the step / final net units, carried over steps without orders;
--   above 1 where later cancels took units away
-- column share_p10: a tenth of the campaigns had sold less by then
-- column share_p50: half of them had
-- column share_p90: nine tenths had
WITH shares AS (
    SELECT
        p.category, s.unit,
        unnest(range(s.step, coalesce(s.next_step, CASE WHEN s.unit = 'hour' THEN 168 ELSE 10 END))) AS hour,
        CAST(s.units_so_far AS DOUBLE) / s.final_units AS share
    FROM stg_products AS p
    INNER JOIN campaign_steps AS s ON p.product_id = s.product_id
    WHERE s.final_units > 0 AND p.superseded_at IS NULL
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
