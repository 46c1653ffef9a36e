-- grain: slot
-- step: orders
-- kind: intermediate(slot_date)
-- Every order event visible at as_of, counted once: in the window of its campaign, or by the reason why not.
-- column superseded: versions replaced by a later one, moved to another campaign or retracted
-- column refunds: refunded events, at any time
-- column before_opening: placed or cancelled before the window
-- column after_close: placed or cancelled at the close or later
-- column counted: placed and cancelled events that enter the net demand of campaigns
SELECT a.*, coalesce(n.counted, 0) AS counted
FROM (
    SELECT
        c.slot_date,
        count(*) AS events,
        sum(CASE WHEN e.superseded_at IS NOT NULL THEN 1 ELSE 0 END) AS superseded,
        sum(CASE WHEN e.superseded_at IS NULL AND e.event = 'refunded' THEN 1 ELSE 0 END) AS refunds,
        sum(CASE WHEN e.superseded_at IS NULL AND e.event <> 'refunded' AND e.occurred_at < c.opens_at THEN 1 ELSE 0 END)
            AS before_opening,
        sum(CASE WHEN e.superseded_at IS NULL AND e.event <> 'refunded' AND e.occurred_at >= c.closes_at THEN 1 ELSE 0 END)
            AS after_close
    FROM slot_campaigns AS c
    INNER JOIN stg_order_events AS e ON c.campaign_key = e.campaign_key
    GROUP BY c.slot_date
) AS a
LEFT JOIN (
    SELECT c.slot_date, count(*) AS counted
    FROM slot_campaigns AS c
    INNER JOIN order_changes AS o ON c.campaign_key = o.campaign_key
    GROUP BY c.slot_date
) AS n ON a.slot_date = n.slot_date
