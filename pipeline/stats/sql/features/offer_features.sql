-- grain: offer
-- step: market
-- kind: kept(slot_date, id)
-- Features of past and coming offers, all cut at the same distance before their opening and as known at the row's
-- knowledge_at (T). A moved offer has its row in the last slot in which it was offered.
-- Columns that are not keys are features. <name>_hits and <name>_n form a record: hits out of n. log_* are natural
-- logarithms. *_per_threshold_* compare one plus a count with the threshold.
-- column title: as known at T, like category, maker_name, url and terms
-- column capacity: largest quantity that can be made, in the threshold's basis; null without a limit
-- column unit_cost: internal, like fixed_cost; null unless `--internal` is given
-- column window_days: days from the opening to the close; opens_weekday: 1 Monday to 7 Sunday, local
-- column is_encore: the campaign names a parent campaign
-- column log_recent_alerts_per_threshold: alerts of the last seven days only
-- column campaign_id: campaign of this offer as known at as_of; join key for labels
-- column knowledge_at: T, the time up to which facts enter the row
-- column log_earlier_offers: ln(1 + earlier slots in which the product was offered)
-- column log_prior_to_current_ratio_alert: mean ln(1 + alerts) of those offers minus that of this one, shrunk by
--   n / (n + 1); 0 without earlier offers. The same for wishes, shares and likes
-- column competitors_in_slot: other offers of the slot known at T; competitors_in_category: those of its category
WITH offer_counts AS (
    SELECT o.id, o.product_id, o.slot_date, o.knowledge_at,
        o.log_signals_per_threshold_alert + o.log_threshold AS alerts,
        o.log_signals_per_threshold_wish + o.log_threshold AS wishes,
        o.log_signals_per_threshold_share + o.log_threshold AS shares,
        o.log_signals_per_threshold_like + o.log_threshold AS likes
    FROM offer_feature_values AS o
    INNER JOIN decisions AS d ON o.slot_date = d.slot_date AND o.knowledge_at = d.knowledge_at
),

last_slots AS (
    SELECT id, max(slot_date) AS slot_date
    FROM offer_counts
    GROUP BY id
),

-- T rises with the slot, so the counts of earlier slots were known.
slot_means AS (
    SELECT
        product_id, slot_date, avg(alerts) AS alerts, avg(wishes) AS wishes, avg(shares) AS shares, avg(likes) AS likes
    FROM offer_counts
    GROUP BY product_id, slot_date
),

prior_means AS (
    SELECT
        product_id, slot_date,
        CAST(count(*) OVER before AS DOUBLE) AS n,
        avg(alerts) OVER before AS alerts,
        avg(wishes) OVER before AS wishes,
        avg(shares) OVER before AS shares,
        avg(likes) OVER before AS likes
    FROM slot_means
    WINDOW before AS (
        PARTITION BY product_id ORDER BY slot_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

with_campaign AS (
    SELECT
        s.id, s.slot_date, d.knowledge_at,
        CASE WHEN k.candidate_id IS NULL THEN s.id ELSE l.campaign_id END AS campaign_id
    FROM last_slots AS s
    INNER JOIN decisions AS d ON s.slot_date = d.slot_date
    LEFT JOIN (SELECT DISTINCT candidate_id FROM stg_candidates) AS k ON s.id = k.candidate_id
    LEFT JOIN candidate_links AS l ON s.id = l.candidate_id
)

SELECT
    c.id, c.campaign_id,
    ln(1.0 + p.n) AS log_earlier_offers,
    coalesce((p.alerts - o.alerts) * p.n / (p.n + 1.0), 0.0) AS log_prior_to_current_ratio_alert,
    coalesce((p.wishes - o.wishes) * p.n / (p.n + 1.0), 0.0) AS log_prior_to_current_ratio_wish,
    coalesce((p.shares - o.shares) * p.n / (p.n + 1.0), 0.0) AS log_prior_to_current_ratio_share,
    coalesce((p.likes - o.likes) * p.n / (p.n + 1.0), 0.0) AS log_prior_to_current_ratio_like,
    f.* EXCLUDE (id, days_before_open)
FROM with_campaign AS c
INNER JOIN offer_counts AS o ON c.id = o.id AND c.slot_date = o.slot_date
INNER JOIN prior_means AS p ON o.product_id = p.product_id AND o.slot_date = p.slot_date
INNER JOIN offer_feature_values AS f
    ON c.id = f.id AND c.slot_date = f.slot_date AND c.knowledge_at = f.knowledge_at
