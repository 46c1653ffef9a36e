-- grain: slot with a campaign that closed by as_of or was withdrawn
-- step: market
-- kind: kept(slot_date)
-- Totals of each slot: hits, sales, refunds due, lost sales and avoided waste.
-- column campaigns: campaigns with an outcome; withdrawn: withdrawn campaigns
-- column demand: sum over campaigns with an outcome; null if they have more than one basis, or are in money of more than
--   one currency
-- column net_amount: sum over campaigns with an outcome; null if they have more than one currency
-- column currency: of these campaigns; null if it is unknown or there are several: campaign_outcomes has each
-- column refund_exposure: amount collected by misses; null if there is more than one currency
-- column sold_out_share: sold_out / campaigns
-- column median_hours_to_moq: median hours from the opening to the first crossing of the threshold, over campaigns that
--   crossed it
-- column unmet_units: estimated units beyond the capacity of sold-out campaigns (relation lost_sales)
-- column avoided_waste_units: 0.25 x demand of hits: a classical production leaves 20 % unsold (assumption), so it makes
--   1 / 0.8 of the units sold
-- column holidays: public holidays on its weekdays; null if holidays are unknown
WITH outcomes AS (
    SELECT
        slot_date,
        count(hit) AS campaigns,
        coalesce(sum(CAST(hit AS BIGINT)), 0) AS hits,
        CASE WHEN count(hit) > 0 THEN CAST(sum(CAST(hit AS BIGINT)) AS DOUBLE) / count(hit) END AS hit_rate,
        sum(CASE WHEN hit IS NOT NULL THEN demand ELSE 0 END) AS demand,
        sum(CASE WHEN hit IS NOT NULL THEN net_amount ELSE 0 END) AS net_amount,
        sum(refund_exposure) AS refund_exposure,
        count(DISTINCT CASE WHEN hit IS NOT NULL THEN currency END) > 1 AS has_currencies,
        min(CASE WHEN hit IS NOT NULL THEN currency END) AS currency,
        count(DISTINCT CASE WHEN hit IS NOT NULL THEN threshold_basis END) > 1 AS has_bases,
        min(CASE WHEN hit IS NOT NULL THEN threshold_basis END) AS basis,
        count(sold_out_at) AS sold_out,
        sum(CASE WHEN censored_by = 'withdrawn' THEN 1 ELSE 0 END) AS withdrawn,
        bool_and(settled) AS settled,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY hours_to_moq) AS median_hours_to_moq,
        sum(CASE WHEN hit AND threshold_basis = 'units' THEN 0.25 * CAST(net_units AS DOUBLE) ELSE 0 END)
            AS avoided_waste_units
    FROM campaign_outcomes
    GROUP BY slot_date
)

SELECT
    o.slot_date, o.campaigns, o.hits, o.hit_rate,
    CASE WHEN NOT o.has_bases AND (coalesce(o.basis, 'units') <> 'amount' OR NOT o.has_currencies) THEN o.demand END
        AS demand,
    CASE WHEN NOT o.has_currencies THEN o.net_amount END AS net_amount,
    CASE WHEN NOT o.has_currencies THEN o.refund_exposure END AS refund_exposure,
    CASE WHEN NOT o.has_currencies THEN o.currency END AS currency,
    o.sold_out,
    CAST(o.sold_out AS DOUBLE) / nullif(o.campaigns, 0) AS sold_out_share,
    o.withdrawn, o.settled, o.median_hours_to_moq, o.avoided_waste_units,
    coalesce(u.unmet_units, 0) AS unmet_units,
    h.holidays
FROM outcomes AS o
LEFT JOIN (SELECT slot_date, sum(unmet_units) AS unmet_units FROM lost_sales GROUP BY slot_date) AS u
    ON o.slot_date = u.slot_date
LEFT JOIN (
    SELECT slot_date, sum(CASE WHEN is_holiday AND weekday <= 5 THEN 1 WHEN is_holiday IS NULL THEN NULL ELSE 0 END)
        AS holidays
    FROM calendar_days
    GROUP BY slot_date
) AS h ON o.slot_date = h.slot_date
