-- grain: offer
-- One row for the coming slot as for past ones, cut at the same distance before the opening; every value as
-- known at the row's knowledge_at (T). An offer that was moved stands in the last slot in which it was offered.
-- Columns that are not keys are features: <name>_hits with <name>_n is a record (hits out of n);
-- log_* are natural logarithms; *_per_threshold_* compare one plus a count with the threshold.
-- column title: as known at T, like category, maker_name and terms
-- column window_days: from the opening to the close
-- column opens_weekday: 1 Monday to 7 Sunday, local
-- column is_encore: the campaign names a parent
-- column log_recent_alerts_per_threshold: of the last seven days
-- column campaign_id: the campaign that the offer is or became, as known at as_of; a label hangs on it
-- column knowledge_at: T, the time up to which the row may know
-- column rivals_in_slot: other offers of the slot known at T; rivals_in_category: those of its category
WITH asked AS (
    SELECT o.id, max(o.slot_date) AS slot_date
    FROM offer_features AS o
    INNER JOIN decisions AS d ON o.slot_date = d.slot_date AND o.knowledge_at = d.knowledge_at
    GROUP BY o.id
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

SELECT n.id, n.campaign_id, f.* EXCLUDE (id, days_before)
FROM named AS n
INNER JOIN offer_features AS f
    ON n.id = f.id AND n.slot_date = f.slot_date AND n.knowledge_at = f.knowledge_at
