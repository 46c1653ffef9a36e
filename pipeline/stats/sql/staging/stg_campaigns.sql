-- grain: version of a campaign
-- What was known by as_of. A version holds in [known_at, superseded_at): it ends when a version that goes
-- before it (by updated_at, then known_at, file and line) becomes known.
-- column opening_slot: the date of the slot in which it opens
SELECT v.* FROM staged.campaigns AS v
