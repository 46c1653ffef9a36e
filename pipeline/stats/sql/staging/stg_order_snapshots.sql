-- grain: version of an order snapshot, interval in which it holds
-- step: orders
-- kind: view
-- Order snapshots visible at as_of. An observation at the end of a day is dated to the first instant of the next day.
-- column campaign_key: surrogate key of campaign_id
-- column superseded_at: end of the interval: a later version or a newer total of the campaign was known, or the file
--   was retracted
-- column is_latest_version: whether the snapshot is neither replaced by a later version nor retracted
SELECT * FROM staged.order_snapshots
