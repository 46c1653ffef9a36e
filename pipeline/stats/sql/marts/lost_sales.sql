-- grain: campaign that sold out
-- step: market
-- kind: kept(campaign_id)
-- Estimated sales beyond the capacity. Net units at the close are divided by the share of final units that campaigns
-- without a sell-out had sold at the same step of their window, all categories together. The estimate is pooled, hence
-- weighted by units, and valid only if sold-out campaigns resemble the others.
-- column unit: hour for windows of 168 hours, else decile
-- column step: step of the window in which the campaign sold out, from 0
-- column expected_share: null without comparable campaigns
-- column n_campaigns: number of comparable campaigns
-- column unmet_units: estimated units beyond those sold
WITH sold_out AS (
    SELECT
        slot_date, campaign_id, product_id, net_units,
        window_unit(opens_at, closes_at) AS unit, window_step(opens_at, closes_at, sold_out_at) AS step
    FROM campaign_outcomes
    WHERE sold_out_at IS NOT NULL AND hit IS NOT NULL
),

unsold_out_units AS (
    SELECT s.unit, s.step, sum(s.units_change) AS units
    FROM campaign_progress AS s
    INNER JOIN campaign_outcomes AS o ON s.campaign_id = o.campaign_id
    WHERE o.censored_by IS NULL AND s.final_units > 0
    GROUP BY s.unit, s.step
),

shares AS (
    SELECT t.unit, t.step, sum(e.units) AS units
    FROM (SELECT DISTINCT unit, step FROM sold_out) AS t
    INNER JOIN unsold_out_units AS e ON t.unit = e.unit AND e.step <= t.step
    GROUP BY t.unit, t.step
),

finals AS (
    SELECT s.unit, sum(s.units_change) AS units, count(DISTINCT s.campaign_id) AS n_campaigns
    FROM campaign_progress AS s
    INNER JOIN campaign_outcomes AS o ON s.campaign_id = o.campaign_id
    WHERE o.censored_by IS NULL AND s.final_units > 0
    GROUP BY s.unit
)

SELECT
    o.slot_date, o.campaign_id, o.product_id, o.unit, o.step,
    least(CAST(s.units AS DOUBLE) / nullif(f.units, 0), 1) AS expected_share,
    coalesce(f.n_campaigns, 0) AS n_campaigns,
    CASE WHEN s.units > 0 THEN greatest(CAST(o.net_units AS DOUBLE) * (f.units / CAST(s.units AS DOUBLE) - 1), 0) END
        AS unmet_units
FROM sold_out AS o
LEFT JOIN shares AS s ON o.unit = s.unit AND o.step = s.step
LEFT JOIN finals AS f ON o.unit = f.unit
