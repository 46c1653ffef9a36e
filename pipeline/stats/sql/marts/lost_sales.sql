-- grain: campaign that sold out
-- What it might have sold without its capacity: its net units at the close, divided by the share of final units
-- that campaigns which did not sell out had sold at the same step of their window, all categories together.
-- An estimate: pooled, so that large campaigns weigh more, and only as good as sold-out ones are like others.
-- column unit: hour for windows of 168 hours, else tenth
-- column step: the step of its window in which it sold out, from 0
-- column expected_share: null where no campaign tells
-- column n_campaigns: how many campaigns tell
-- column unmet_units: beyond what was sold
WITH sold_out AS (
    SELECT
        slot_date, campaign_id, product_id, net_units, capacity,
        CASE WHEN closes_micros - opens_micros = 604800000000 THEN 'hour' ELSE 'decile' END AS unit,
        CASE WHEN closes_micros - opens_micros = 604800000000 THEN (sold_out_micros - opens_micros) / 3600000000
            ELSE 10 * (sold_out_micros - opens_micros) / (closes_micros - opens_micros)
        END AS step
    FROM (
        SELECT
            *, CAST(opens_at AS BIGINT) AS opens_micros, CAST(closes_at AS BIGINT) AS closes_micros,
            CAST(sold_out_at AS BIGINT) AS sold_out_micros
        FROM campaign_outcomes
        WHERE sold_out_at IS NOT NULL AND hit IS NOT NULL
    )
),

told AS (
    SELECT s.unit, s.step, sum(s.units_change) AS units
    FROM campaign_steps AS s
    INNER JOIN campaign_outcomes AS o ON s.campaign_id = o.campaign_id
    WHERE o.censored_by IS NULL AND s.final_units > 0
    GROUP BY s.unit, s.step
),

shares AS (
    SELECT t.unit, t.step, sum(e.units) AS units
    FROM (SELECT DISTINCT unit, step FROM sold_out) AS t
    INNER JOIN told AS e ON t.unit = e.unit AND e.step <= t.step
    GROUP BY t.unit, t.step
),

finals AS (
    SELECT s.unit, sum(s.units_change) AS units, count(DISTINCT s.campaign_id) AS n_campaigns
    FROM campaign_steps AS s
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
