-- grain: offer, slot, T
-- step: features
-- kind: memory
-- Terms that held at T (knowledge_at), for each slot and T in table decisions. A campaign whose candidate was known at
-- T shares the candidate's row. A moved offer has a row in each slot in which it was offered.
WITH proposed AS (
    SELECT
        k.* EXCLUDE (
            candidate_id, product_id, slot_date, threshold, threshold_basis, price, currency, unit_cost,
            fixed_cost, capacity, status, submitted_at, updated_at, recorded_at,
            known_at, source_file_id, line, superseded_at
        ),
        k.candidate_id AS id, k.product_id, k.slot_date,
        s.opens_at, s.closes_at, d.knowledge_at, d.knowledge_on, d.before_week, d.before_lookback, d.days_before_open,
        s.opens_at + z.utc_offset AS opens_local,
        k.threshold, k.threshold_basis, k.price, k.currency, k.capacity,
        k.unit_cost, k.fixed_cost,
        CAST(NULL AS VARCHAR) AS parent_campaign_id
    FROM stg_candidates AS k
    INNER JOIN decisions AS d ON k.slot_date = d.slot_date
    INNER JOIN slots AS s ON k.slot_date = s.slot_date
    INNER JOIN zone_offsets AS z ON s.opens_at >= z.starts_at AND s.opens_at < z.ends_at
    WHERE k.status = 'proposed' AND holds_at(k.known_at, k.superseded_at, d.knowledge_at)
),

-- Candidates with a row in any slot.
candidates AS (
    SELECT k.candidate_id, k.product_id, k.slot_date, k.known_at, k.superseded_at
    FROM stg_candidates AS k
    LEFT SEMI JOIN slots AS s ON k.slot_date = s.slot_date
    WHERE k.status = 'proposed'
),

scheduled AS (
    SELECT c.*, d.knowledge_at, d.knowledge_on, d.before_week, d.before_lookback, d.days_before_open
    FROM stg_campaign_slots AS c
    INNER JOIN decisions AS d ON c.slot_date = d.slot_date
    WHERE c.status <> 'withdrawn' AND holds_at(c.known_at, c.superseded_at, d.knowledge_at)
)

SELECT u.*, row_number() OVER (ORDER BY u.slot_date, u.id, u.knowledge_at) AS offer_key
FROM (
    SELECT * FROM proposed
    UNION ALL BY NAME
    SELECT
        c.* EXCLUDE (
            campaign_id, candidate_id, product_id, slot_date, opens_at, closes_at, threshold,
            threshold_basis, price, currency, unit_cost, fixed_cost, capacity, parent_campaign_id,
            status, declared_outcome, updated_at, recorded_at,
            known_at, source_file_id, line, superseded_at, knowledge_at, knowledge_on, before_week, before_lookback,
            days_before_open, opens_local, closes_local
        ),
        c.campaign_id AS id, c.product_id, c.slot_date,
        c.opens_at, c.closes_at, c.knowledge_at, c.knowledge_on, c.before_week, c.before_lookback, c.days_before_open, c.opens_local,
        c.threshold, c.threshold_basis, c.price, c.currency, c.capacity, c.unit_cost, c.fixed_cost,
        c.parent_campaign_id
    FROM scheduled AS c
    LEFT ANTI JOIN candidates AS p
        ON c.candidate_id = p.candidate_id AND holds_at(p.known_at, p.superseded_at, c.knowledge_at)
    LEFT ANTI JOIN candidates AS q
        ON
            c.candidate_id IS NULL AND c.product_id = q.product_id AND c.slot_date = q.slot_date
            AND holds_at(q.known_at, q.superseded_at, c.knowledge_at)
) AS u
