-- grain: version of a campaign, interval in which it holds
-- step: dimensions
-- kind: memory
-- Versions known by as_of. Each holds in [known_at, superseded_at).
-- column opening_slot: date of the slot in which the campaign opens
SELECT v.* FROM staged.campaigns AS v
