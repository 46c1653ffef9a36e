-- grain: campaign, source file with orders before its window or after the refund window
-- step: orders
-- kind: intermediate(campaign_id, source_file_id)
-- column orders: events of the file that are dated before the opening, or later than the refund window after the close
-- column first_line: line of the first such event; first_at: its time
SELECT
    c.slot_date, c.campaign_id, e.source_file_id,
    count(*) AS orders,
    min(e.line) AS first_line,
    first_value(e.occurred_at ORDER BY e.line) AS first_at
FROM stg_order_events AS e
INNER JOIN slot_campaigns AS c ON e.campaign_key = c.campaign_key
CROSS JOIN settings AS w
WHERE e.superseded_at IS NULL AND (e.occurred_at < c.opens_at OR e.occurred_at >= c.closes_at + w.refund_window)
GROUP BY c.slot_date, c.campaign_id, e.source_file_id
