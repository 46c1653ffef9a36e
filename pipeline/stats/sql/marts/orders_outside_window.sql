-- grain: campaign, source file with orders outside its window by more than the refund window
-- step: orders
-- kind: intermediate(campaign_id, source_file_id)
-- column orders: events of the file more than the refund window before the opening, or after the close
-- column first_line: line of the first such event; first_at: its time
SELECT
    c.slot_date, c.campaign_id, e.source_file_id,
    count(*) AS orders,
    min(e.line) AS first_line,
    first_value(e.occurred_at ORDER BY e.line) AS first_at
FROM stg_order_events AS e
INNER JOIN slot_campaigns AS c ON e.campaign_key = c.campaign_key
CROSS JOIN settings AS w
WHERE e.superseded_at IS NULL AND (
        e.occurred_at < c.opens_at - w.refund_window OR e.occurred_at >= c.closes_at + w.refund_window
    )
GROUP BY c.slot_date, c.campaign_id, e.source_file_id
