-- grain: version of an order snapshot
-- An observation at the very end of a day is observed at the first instant after it, and known there.
-- column campaign_number: stands for campaign_id
-- column superseded_at: the first moment at which a later version of the snapshot was known
SELECT * FROM staged.order_snapshots
