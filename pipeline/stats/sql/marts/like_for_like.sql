-- grain: slot, earlier window that it is compared with
-- step: market
-- kind: kept(slot_date, compared_with)
-- Comparison of a slot with earlier slots over similar campaigns: those with an outcome, sold in units, in windows of
-- the length that is most frequent in the market. Few campaigns make the comparison uncertain: read the counts first.
-- column compared_with: last_slot, last_four (the four slots before), last_year (the slot 52 weeks before)
-- column campaigns: similar campaigns of the slot; campaigns_before: of the window
-- column units_per_campaign: net units per campaign of the slot; units_per_campaign_before: of the window
-- column units_change: units_per_campaign / units_per_campaign_before - 1
-- column hit_rate_change: difference of hit rates, as a fraction
-- column holidays: public holidays on weekdays of the slot; holidays_before: mean per slot of the window
WITH lengths AS (
    SELECT closes_at - opens_at AS length, count(*) AS campaigns
    FROM campaign_outcomes
    WHERE hit IS NOT NULL
    GROUP BY closes_at - opens_at
    ORDER BY campaigns DESC, length
    LIMIT 1
),

slot_totals AS (
    SELECT
        o.slot_date, count(*) AS campaigns, sum(o.net_units) AS units, sum(CAST(o.hit AS BIGINT)) AS hits,
        max(s.holidays) AS holidays
    FROM campaign_outcomes AS o
    INNER JOIN lengths AS l ON o.closes_at - o.opens_at = l.length
    INNER JOIN slot_summary AS s ON o.slot_date = s.slot_date
    WHERE o.hit IS NOT NULL AND o.threshold_basis = 'units'
    GROUP BY o.slot_date
),

pairs AS (
    SELECT a.slot_date, w.compared_with, b.campaigns, b.units, b.hits, b.holidays
    FROM slot_totals AS a
    CROSS JOIN (
        VALUES ('last_slot', 7), ('last_four', 7), ('last_four', 14), ('last_four', 21), ('last_four', 28), ('last_year', 364)
    ) AS w (compared_with, days)
    INNER JOIN slot_totals AS b ON a.slot_date = b.slot_date + CAST(w.days AS INT)
),

windows AS (
    SELECT
        slot_date, compared_with, sum(campaigns) AS campaigns, sum(units) AS units, sum(hits) AS hits,
        CAST(sum(holidays) AS DOUBLE) / count(*) AS holidays
    FROM pairs
    GROUP BY slot_date, compared_with
)

SELECT
    a.slot_date, w.compared_with, a.campaigns, w.campaigns AS campaigns_before,
    CAST(a.units AS DOUBLE) / a.campaigns AS units_per_campaign,
    CAST(w.units AS DOUBLE) / w.campaigns AS units_per_campaign_before,
    (CAST(a.units AS DOUBLE) / a.campaigns) / nullif(CAST(w.units AS DOUBLE) / w.campaigns, 0) - 1 AS units_change,
    CAST(a.hits AS DOUBLE) / a.campaigns - CAST(w.hits AS DOUBLE) / w.campaigns AS hit_rate_change,
    a.holidays, w.holidays AS holidays_before
FROM slot_totals AS a
INNER JOIN windows AS w ON a.slot_date = w.slot_date
