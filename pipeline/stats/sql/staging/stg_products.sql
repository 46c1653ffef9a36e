-- grain: version of a product
-- What was known by as_of. A version holds in [known_at, superseded_at): it ends when a version that goes
-- before it (by updated_at, then known_at, file and line) becomes known.
SELECT v.* FROM staged.products AS v
