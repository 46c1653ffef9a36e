-- finds: candidates whose slot_date is not the opening date of a slot; they are in no list
-- remedy: correct `slot_date` to the opening date of a slot, or `[slots]` in the mapping
-- step: market
SELECT k.candidate_id AS key, k.slot_date AS found
FROM stg_candidates AS k
LEFT ANTI JOIN slots AS s ON k.slot_date = s.slot_date
WHERE k.superseded_at IS NULL
