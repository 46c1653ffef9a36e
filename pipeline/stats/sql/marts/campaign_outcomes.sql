-- grain: campaign closed by as_of, or withdrawn
-- demand is net at the close, in the threshold's basis; refunds after the close never change it.
-- customers and cancelled_orders are null where order snapshots do not tell.
SELECT
    c.campaign_id,
    c.product_id,
    c.slot_date,
    c.threshold,
    c.threshold_basis,
    c.capacity,
    coalesce(p.orders_placed, s.orders, 0) AS orders_placed,
    coalesce(p.customers, CASE WHEN s.campaign_id IS NULL THEN 0 ELSE s.customers END) AS customers,
    CASE WHEN c.threshold_basis = 'amount' THEN d.amount ELSE d.units END AS demand,
    d.units AS net_units,
    d.amount AS net_amount,
    coalesce(p.cancelled_orders, CASE WHEN s.campaign_id IS NULL THEN 0 END) AS cancelled_orders,
    coalesce(p.refunded_orders, CASE WHEN s.campaign_id IS NULL THEN 0 END) AS refunded_orders,
    v.hit,
    CASE
        WHEN c.status = 'withdrawn' THEN 'withdrawn'
        WHEN p.sold_out_at IS NOT NULL THEN 'capacity'
        WHEN CASE WHEN c.threshold_basis = 'amount' THEN d.amount ELSE d.units END >= c.capacity THEN 'capacity'
    END AS censored_by,
    c.closes_at + w.refund_window <= $as_of AS settled,
    p.reached_at,
    p.sold_out_at,
    CASE WHEN v.hit = FALSE THEN d.amount ELSE 0 END AS refund_exposure,
    c.declared_outcome,
    c.opens_at,
    c.closes_at
FROM stg_campaign_slots AS c
LEFT JOIN outcome_versions AS v ON c.campaign_id = v.campaign_id AND v.superseded_at IS NULL
LEFT JOIN demand_known AS d
    ON
        c.campaign_id = d.campaign_id AND c.opens_at = d.opens_at AND c.closes_at = d.closes_at
        AND d.known_until IS NULL
LEFT JOIN order_progress AS p ON c.campaign_id = p.campaign_id
LEFT JOIN snapshot_counts AS s ON c.campaign_id = s.campaign_id
CROSS JOIN settings AS w
WHERE c.superseded_at IS NULL AND (c.closes_at <= $as_of OR c.status = 'withdrawn')
