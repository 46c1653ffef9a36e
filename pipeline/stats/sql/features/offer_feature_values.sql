-- grain: offer, slot, T
-- step: features
-- kind: intermediate(slot_date, id)
-- Features of past and coming slots, computed the same way; every value as known at T (knowledge_at).
-- Columns that are not keys are features. <name>_hits and <name>_n form a record: hits out of n. log_* are natural
-- logarithms. *_per_threshold_* compare one plus a count with the threshold.
WITH records AS (
    SELECT
        id, slot_date, knowledge_at,
        sum(CASE WHEN dimension = 'maker' THEN hits END) AS maker_hits,
        sum(CASE WHEN dimension = 'maker' THEN n END) AS maker_n,
        sum(CASE WHEN dimension = 'artist' THEN hits END) AS artist_hits,
        sum(CASE WHEN dimension = 'artist' THEN n END) AS artist_n,
        sum(CASE WHEN dimension = 'category_rate' THEN hits END) AS category_rate_hits,
        sum(CASE WHEN dimension = 'category_rate' THEN n END) AS category_rate_n,
        sum(CASE WHEN dimension = 'product' THEN hits END) AS product_hits,
        sum(CASE WHEN dimension = 'product' THEN n END) AS product_n
    FROM offer_records
    GROUP BY id, slot_date, knowledge_at
),

-- A missing count is 0 if the market had any signals by T, else unknown.
logs AS (
    SELECT
        o.id, o.slot_date, o.knowledge_at, ln(CAST(o.threshold AS DOUBLE)) AS log_threshold,
        CASE WHEN k.signals_first_known_at <= o.knowledge_at THEN 0 END AS no_signal,
        CASE WHEN k.views_first_known_at <= o.knowledge_at THEN 0 END AS no_view
    FROM offers AS o
    CROSS JOIN first_known AS k
)

SELECT
    o.id, o.product_id, o.slot_date, o.opens_at, o.closes_at, o.knowledge_at, o.days_before_open,
    g.title, g.maker_name, CAST(o.threshold AS DOUBLE) AS threshold, o.threshold_basis,
    CAST(o.price AS DOUBLE) AS price, CAST(o.capacity AS DOUBLE) AS capacity,
    o.currency, CAST(o.unit_cost AS DOUBLE) AS unit_cost, CAST(o.fixed_cost AS DOUBLE) AS fixed_cost,
    g.maker_id, g.url, g.image_url,
    g.category, g.maker_kind, t.log_threshold,
    CASE WHEN o.price > 0 THEN ln(CAST(o.price AS DOUBLE)) END AS log_price,
    CAST(date_part('epoch', o.closes_at) - date_part('epoch', o.opens_at) AS DOUBLE) / 86400.0
        AS window_days,
    CAST((CAST(date_part('dow', o.opens_local) AS BIGINT) + 6) % 7 + 1 AS VARCHAR) AS opens_weekday,
    CAST(date_part('month', o.opens_local) AS VARCHAR) AS opens_month,
    CAST(count(*) OVER (PARTITION BY o.slot_date, o.knowledge_at) - 1 AS DOUBLE) AS competitors_in_slot,
    CAST(count(*) OVER (PARTITION BY o.slot_date, o.knowledge_at, g.category) - 1 AS DOUBLE) AS competitors_in_category,
    o.parent_campaign_id IS NOT NULL AS is_encore,
    coalesce(r.maker_hits, 0) AS maker_hits, coalesce(r.maker_n, 0) AS maker_n,
    coalesce(r.artist_hits, 0) AS artist_hits, coalesce(r.artist_n, 0) AS artist_n,
    coalesce(r.category_rate_hits, 0) AS category_rate_hits, coalesce(r.category_rate_n, 0) AS category_rate_n,
    coalesce(r.product_hits, 0) AS product_hits, coalesce(r.product_n, 0) AS product_n,
    ln(1.0 + coalesce(s.alerts, t.no_signal)) - t.log_threshold AS log_signals_per_threshold_alert,
    ln(1.0 + coalesce(s.alerts_7d, t.no_signal)) - t.log_threshold AS log_recent_alerts_per_threshold,
    ln(1.0 + coalesce(s.wishes, t.no_signal)) - t.log_threshold AS log_signals_per_threshold_wish,
    ln(1.0 + coalesce(s.shares, t.no_signal)) - t.log_threshold AS log_signals_per_threshold_share,
    ln(1.0 + coalesce(s.likes, t.no_signal)) - t.log_threshold AS log_signals_per_threshold_like,
    ln(1.0 + coalesce(s.visitors, t.no_view)) - t.log_threshold AS log_visitors_per_threshold,
    o.* EXCLUDE (
        id, product_id, slot_date, opens_at, closes_at, knowledge_at, knowledge_on, before_week, before_lookback,
        days_before_open, opens_local, offer_key,
        threshold, threshold_basis, price, currency, capacity, unit_cost,
        fixed_cost, parent_campaign_id
    )
FROM offers AS o
INNER JOIN logs AS t ON o.id = t.id AND o.slot_date = t.slot_date AND o.knowledge_at = t.knowledge_at
LEFT JOIN offer_products AS g ON o.id = g.id AND o.slot_date = g.slot_date AND o.knowledge_at = g.knowledge_at
LEFT JOIN offer_signals AS s ON o.id = s.id AND o.slot_date = s.slot_date AND o.knowledge_at = s.knowledge_at
LEFT JOIN records AS r ON o.id = r.id AND o.slot_date = r.slot_date AND o.knowledge_at = r.knowledge_at
