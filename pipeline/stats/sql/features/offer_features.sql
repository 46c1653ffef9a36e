-- grain: offer
-- One row for the coming slot as for past ones, cut at the same distance before the opening; every value as
-- known at the row's knowledge_at (T). An offer that was moved stands in the last slot in which it was offered.
-- Columns that are not keys are features: <name>_hits with <name>_n is a record (hits out of n);
-- log_* are natural logarithms; *_per_threshold_* compare one plus a count with the threshold.
-- column title: as known at T, like category, maker_name, url and terms
-- column capacity: the most that can be made, in the threshold's basis; null without a limit
-- column unit_cost: internal, like fixed_cost: null unless asked for with --internal
-- column window_days: from the opening to the close
-- column opens_weekday: 1 Monday to 7 Sunday, local
-- column is_encore: the campaign names a parent
-- column log_recent_alerts_per_threshold: of the last seven days
-- column campaign_id: the campaign that the offer is or became, as known at as_of; a label hangs on it
-- column knowledge_at: T, the time up to which the row may know
-- column log_earlier_offers: ln(1 + slots before this one in which the product was offered)
-- column log_earlier_ratio_alert: mean ln(1 + alerts) at those offers less that of this one, times n / (n + 1) so
-- that few of them say little; 0 where there are none. The same for wishes, shares and likes
-- column rivals_in_slot: other offers of the slot known at T; rivals_in_category: those of its category
WITH decided AS (
    SELECT
        o.id, o.product_id, o.slot_date, o.knowledge_at,
        o.log_signals_per_threshold_alert + o.log_threshold AS alerts,
        o.log_signals_per_threshold_wish + o.log_threshold AS wishes,
        o.log_signals_per_threshold_share + o.log_threshold AS shares,
        o.log_signals_per_threshold_like + o.log_threshold AS likes
    FROM offer_feature_values AS o
    INNER JOIN decisions AS d ON o.slot_date = d.slot_date AND o.knowledge_at = d.knowledge_at
),

asked AS (
    SELECT id, max(slot_date) AS slot_date
    FROM decided
    GROUP BY id
),

-- Earlier slots had an earlier T, so all of this was known.
by_slot AS (
    SELECT
        product_id, slot_date, avg(alerts) AS alerts, avg(wishes) AS wishes, avg(shares) AS shares, avg(likes) AS likes
    FROM decided
    GROUP BY product_id, slot_date
),

earlier AS (
    SELECT
        product_id, slot_date,
        CAST(count(*) OVER before AS DOUBLE) AS n,
        avg(alerts) OVER before AS alerts,
        avg(wishes) OVER before AS wishes,
        avg(shares) OVER before AS shares,
        avg(likes) OVER before AS likes
    FROM by_slot
    WINDOW before AS (
        PARTITION BY product_id ORDER BY slot_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

named AS (
    SELECT
        a.id, a.slot_date, d.knowledge_at,
        CASE WHEN k.candidate_id IS NULL THEN a.id ELSE l.campaign_id END AS campaign_id
    FROM asked AS a
    INNER JOIN decisions AS d ON a.slot_date = d.slot_date
    LEFT JOIN (SELECT DISTINCT candidate_id FROM stg_candidates) AS k ON a.id = k.candidate_id
    LEFT JOIN candidate_links AS l ON a.id = l.candidate_id
)

SELECT
    n.id, n.campaign_id,
    ln(1.0 + e.n) AS log_earlier_offers,
    coalesce((e.alerts - d.alerts) * e.n / (e.n + 1.0), 0.0) AS log_earlier_ratio_alert,
    coalesce((e.wishes - d.wishes) * e.n / (e.n + 1.0), 0.0) AS log_earlier_ratio_wish,
    coalesce((e.shares - d.shares) * e.n / (e.n + 1.0), 0.0) AS log_earlier_ratio_share,
    coalesce((e.likes - d.likes) * e.n / (e.n + 1.0), 0.0) AS log_earlier_ratio_like,
    f.* EXCLUDE (id, days_before)
FROM named AS n
INNER JOIN decided AS d ON n.id = d.id AND n.slot_date = d.slot_date
INNER JOIN earlier AS e ON d.product_id = e.product_id AND d.slot_date = e.slot_date
INNER JOIN offer_feature_values AS f
    ON n.id = f.id AND n.slot_date = f.slot_date AND n.knowledge_at = f.knowledge_at
