-- finding: candidates whose slot_date is no date on which a slot opens; they are in no list
SELECT k.candidate_id AS key, k.slot_date AS found
FROM stg_candidates AS k
LEFT ANTI JOIN slots AS s ON k.slot_date = s.slot_date
WHERE k.superseded_at IS NULL
