-- grain: campaign, interval in which its outcome was known to be this
-- step: orders
-- kind: kept(campaign_id, known_at)
-- Outcomes as known at any time. A row holds in [known_at, superseded_at): it joins the terms known in that interval
-- with the demand known in it. A declared outcome takes precedence over the count.
-- column slot_date: slot of the current version of the campaign, else of the version that held last
-- column demand: in the threshold's basis
-- column is_sold_out: the capacity was reached, so that demand is a lower bound
-- column hit: null for withdrawn campaigns
SELECT
    s.slot_date,
    c.campaign_id,
    c.product_id,
    c.closes_at,
    greatest(c.known_at, d.known_from) AS known_at,
    CASE
        WHEN c.superseded_at IS NULL THEN d.known_until
        WHEN d.known_until IS NULL THEN c.superseded_at
        ELSE least(c.superseded_at, d.known_until)
    END AS superseded_at,
    c.threshold,
    c.threshold_basis,
    c.declared_outcome,
    CASE WHEN c.threshold_basis = 'amount' THEN d.amount ELSE d.units END AS demand,
    CASE
        WHEN c.status = 'withdrawn' THEN NULL
        WHEN c.declared_outcome IS NOT NULL THEN c.declared_outcome = 'reached'
        WHEN c.threshold_basis = 'amount' THEN d.amount >= c.threshold
        ELSE d.units >= c.threshold
    END AS hit,
    coalesce(
        o.sold_out_at IS NOT NULL
        OR CASE WHEN c.threshold_basis = 'amount' THEN d.amount ELSE d.units END >= c.capacity,
        FALSE
    ) AS is_sold_out
FROM stg_campaigns AS c
INNER JOIN demand_versions AS d
    ON c.campaign_id = d.campaign_id AND c.opens_at = d.opens_at AND c.closes_at = d.closes_at
INNER JOIN last_campaigns AS s ON c.campaign_id = s.campaign_id
LEFT JOIN campaign_orders AS o ON c.campaign_id = o.campaign_id
-- A version that arrived after its successor never held.
WHERE
    (c.superseded_at IS NULL OR c.known_at < c.superseded_at)
    AND (c.superseded_at IS NULL OR d.known_from < c.superseded_at)
    AND (d.known_until IS NULL OR c.known_at < d.known_until)
