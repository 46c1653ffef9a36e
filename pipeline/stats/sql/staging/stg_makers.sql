-- grain: version of a maker
-- step: dimensions
-- kind: memory
-- Versions known by as_of. Each holds in [known_at, superseded_at).
SELECT v.* FROM staged.makers AS v
