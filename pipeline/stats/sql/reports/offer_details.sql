-- grain: run, offer
-- kind: kept
-- Terms, signals, records and flags of a ranked offer, all as known at as_of. Counts cover the 60 days before as_of and
-- its current day.
-- column candidate_id: the offer: its candidate, else its campaign
-- column currency: of its price and amounts: the offer's, else the market's; null if neither is known
-- column capacity: largest quantity that can be made, in the threshold's basis; null without a limit
-- column unit_cost: internal, like fixed_cost; null unless `--internal` is given
-- column alerts: null in a market without signals
-- column alerts_7d: alerts in the seven whole days before as_of's
-- column alerts_previous_7d: alerts in the seven days before those
-- column visitors: sum over hours and channels; null in a market without views
-- column alert_rate: alerts / visitors
-- column orders_per_alert: expected from earlier campaigns of the category, shrunk (signal_conversion)
-- column alerts_per_threshold: alerts / threshold; null in a market without signals
-- column order_rate: orders / visitors of earlier campaigns of the product; null without any
-- column maker_hits: campaigns of the maker that hit (moq_rates)
-- column maker_n: campaigns of the maker with an outcome
-- column maker_rate_shrunk: hit rate of the maker, shrunk
-- column holidays_ko: names of public holidays in the slot, in Korean; holidays_en: the same in English
-- column near_duplicate_id: offer of the same list, or campaign of the last eight slots, with nearly the same title
-- column threshold_high: the threshold exceeds demand_p90
-- column new_maker: no campaign of the maker has an outcome
WITH order_rates AS (
    SELECT product_id, CAST(sum(orders) AS DOUBLE) / nullif(sum(visitors), 0) AS order_rate
    FROM funnel
    WHERE NOT is_withdrawn AND campaign_id IN (SELECT campaign_id FROM campaign_outcomes)
    GROUP BY product_id
),

holidays AS (
    SELECT slot_date, string_agg(holiday_ko, ', ' ORDER BY day) AS ko, string_agg(holiday_en, ', ' ORDER BY day) AS en
    FROM calendar_days
    WHERE is_holiday
    GROUP BY slot_date
)

SELECT
    l.slot_date, l.candidate_id, l.currency, l.capacity, l.unit_cost, l.fixed_cost, l.url, l.image_url,
    coalesce(c.alerts, k.no_signal) AS alerts, coalesce(c.alerts_7d, k.no_signal) AS alerts_7d,
    coalesce(c.alerts_previous_7d, k.no_signal) AS alerts_previous_7d,
    coalesce(c.wishes, k.no_signal) AS wishes, coalesce(c.wishes_7d, k.no_signal) AS wishes_7d,
    coalesce(c.wishes_previous_7d, k.no_signal) AS wishes_previous_7d,
    coalesce(c.visitors, k.no_view) AS visitors,
    CAST(c.alerts AS DOUBLE) / nullif(c.visitors, 0) AS alert_rate,
    s.orders_per_signal_shrunk AS orders_per_alert,
    CAST(coalesce(c.alerts, k.no_signal) AS DOUBLE) / nullif(l.threshold, 0) AS alerts_per_threshold,
    o.order_rate,
    m.hits AS maker_hits, m.n AS maker_n, m.rate_shrunk AS maker_rate_shrunk,
    g.hits AS category_hits, g.n AS category_n, g.rate_shrunk AS category_rate_shrunk,
    h.ko AS holidays_ko, h.en AS holidays_en,
    d.other_id AS near_duplicate_id, d.other_title AS near_duplicate_title, d.other_slot AS near_duplicate_slot,
    coalesce(l.threshold > l.demand_p90, FALSE) AS threshold_high,
    l.maker_id IS NOT NULL AND m.n IS NULL AS new_maker
FROM listed_offers AS l
CROSS JOIN (
    SELECT
        CASE WHEN count(CASE WHEN kind <> 'view' THEN 1 END) > 0 THEN 0 END AS no_signal,
        CASE WHEN count(CASE WHEN kind = 'view' THEN 1 END) > 0 THEN 0 END AS no_view
    FROM daily_counts
) AS k
LEFT JOIN listed_counts AS c ON l.product_id = c.product_id
LEFT JOIN order_rates AS o ON l.product_id = o.product_id
LEFT JOIN signal_conversion AS s ON l.category = s.category AND s.kind = 'alert'
LEFT JOIN moq_rates AS m ON m.dimension = 'maker' AND l.maker_id = m.key
LEFT JOIN moq_rates AS g ON g.dimension = 'category' AND l.category = g.key
LEFT JOIN holidays AS h ON l.slot_date = h.slot_date
LEFT JOIN near_duplicates AS d ON l.candidate_id = d.candidate_id AND l.slot_date = d.slot_date
ORDER BY l.slot_date, l.candidate_id
