-- grain: version of a candidate, interval in which it holds
-- step: dimensions
-- kind: memory
-- Versions known by as_of. Each holds in [known_at, superseded_at).
SELECT v.* FROM staged.candidates AS v
