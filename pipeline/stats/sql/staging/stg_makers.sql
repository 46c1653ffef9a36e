-- grain: version of a maker, interval in which it holds
-- step: dimensions
-- kind: memory
-- Versions known by as_of. Each holds in [known_at, superseded_at).
SELECT v.* FROM staged.makers AS v
