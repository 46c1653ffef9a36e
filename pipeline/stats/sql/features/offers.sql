-- grain: offer, slot
-- The terms that held at the offer's T (knowledge_at). A campaign that came from a candidate known
-- at T is that candidate's row. An offer that was moved stands in each slot in which it was offered;
-- place 1 is the last.
WITH proposed AS (
    SELECT
        k.* EXCLUDE (
            candidate_id, product_id, slot_date, threshold, threshold_basis, price, currency, unit_cost,
            fixed_cost, capacity, status, submitted_at, updated_at, recorded_at,
            known_at, origin, line, superseded_at
        ),
        k.candidate_id AS id, k.product_id, k.slot_date,
        s.opens_at, s.closes_at, s.knowledge_at,
        s.opens_at + z.utc_offset AS opens_local,
        k.threshold, k.threshold_basis, k.price, k.currency, k.capacity,
        CAST(NULL AS VARCHAR) AS parent_campaign_id
    FROM stg_candidates AS k
    INNER JOIN slots AS s ON k.slot_date = s.slot_date
    INNER JOIN zone_offsets AS z ON s.opens_at >= z.starts_at AND s.opens_at < z.ends_at
    WHERE
        k.status = 'proposed' AND k.known_at <= s.knowledge_at
        AND (k.superseded_at IS NULL OR k.superseded_at > s.knowledge_at)
),

scheduled AS (
    SELECT
        c.* EXCLUDE (
            campaign_id, candidate_id, product_id, slot_date, opens_at, closes_at, threshold,
            threshold_basis, price, currency, unit_cost, fixed_cost, capacity, parent_campaign_id,
            status, declared_outcome, updated_at, recorded_at,
            known_at, origin, line, superseded_at, knowledge_at, opens_local
        ),
        c.campaign_id AS id, c.product_id, c.slot_date,
        c.opens_at, c.closes_at, c.knowledge_at, c.opens_local,
        c.threshold, c.threshold_basis, c.price, c.currency, c.capacity, c.parent_campaign_id
    FROM stg_campaign_slots AS c
    LEFT ANTI JOIN proposed AS p ON c.candidate_id = p.id
    LEFT ANTI JOIN proposed AS q
        ON c.candidate_id IS NULL AND c.product_id = q.product_id AND c.slot_date = q.slot_date
    WHERE
        c.status <> 'withdrawn' AND c.known_at <= c.knowledge_at
        AND (c.superseded_at IS NULL OR c.superseded_at > c.knowledge_at)
)

SELECT
    u.*,
    row_number() OVER (PARTITION BY u.id ORDER BY u.slot_date DESC, u.opens_at DESC) AS place
FROM (SELECT * FROM proposed UNION ALL BY NAME SELECT * FROM scheduled) AS u
