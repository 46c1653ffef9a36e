-- grain: campaign closed by as_of, or withdrawn
-- step: orders
-- kind: kept(campaign_id)
-- Final demand and hit of each campaign. Refunds after the close change neither.
-- column slot_date: slot in which the campaign opened
-- column orders_placed: orders placed in [opens_at, closes_at), cancelled ones included
-- column customers: null if order snapshots do not count them
-- column demand: net demand at the close, in the threshold's basis; of a withdrawn campaign, that before its withdrawal
-- column net_units: units placed minus units cancelled before the close, or before the withdrawal
-- column net_amount: the same in money
-- column currency: of its money: the campaign's, else the market's; null if neither is known
-- column cancelled_orders: orders cancelled in the window; null for order snapshots
-- column refunded_orders: orders refunded since the opening; null for order snapshots
-- column hit: demand reached the threshold, or the source declares so; null for withdrawn campaigns
-- column censored_by: capacity (demand is a lower bound), withdrawn, else null
-- column settled: the refund window has passed
-- column reached_at: first crossing of the threshold, kept if cancellations undo it
-- column sold_out_at: first crossing of the capacity, kept as well
-- column hours_to_moq: hours from the opening to reached_at
-- column refund_exposure: net_amount of a miss, else 0
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
    coalesce(c.currency, w.currency) AS currency,
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
    CAST(CAST(p.reached_at AS BIGINT) - CAST(c.opens_at AS BIGINT) AS DOUBLE) / 3600000000.0 AS hours_to_moq,
    CASE WHEN v.hit = FALSE THEN d.amount ELSE 0 END AS refund_exposure,
    c.declared_outcome,
    c.opens_at,
    c.closes_at
FROM slot_campaigns AS c
LEFT JOIN outcome_versions AS v ON c.campaign_id = v.campaign_id AND v.superseded_at IS NULL
LEFT JOIN final_demand AS d ON c.campaign_id = d.campaign_id
LEFT JOIN campaign_orders AS p ON c.campaign_id = p.campaign_id
LEFT JOIN snapshot_counts AS s ON c.campaign_id = s.campaign_id
CROSS JOIN settings AS w
WHERE c.closes_at <= $as_of OR c.status = 'withdrawn'
