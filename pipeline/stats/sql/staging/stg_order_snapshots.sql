-- grain: version of an order snapshot
-- step: orders
-- kind: view
-- Order snapshots visible at as_of. An observation at the end of a day is dated to the first instant of the next day.
-- column campaign_key: surrogate key of campaign_id
-- column superseded_at: first time at which a later version of the snapshot was known
SELECT * FROM staged.order_snapshots
