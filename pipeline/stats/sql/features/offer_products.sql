-- grain: offer, slot, T
-- step: features
-- kind: memory
-- Product and maker of each offer, in the versions that held at T.
SELECT
    o.id, o.slot_date, o.knowledge_at,
    p.title, p.category, p.maker_id, p.artist_id, p.url, p.image_url,
    m.name AS maker_name, m.kind AS maker_kind
FROM offers AS o
LEFT JOIN stg_products AS p
    ON o.product_id = p.product_id AND holds_at(p.known_at, p.superseded_at, o.knowledge_at)
LEFT JOIN stg_makers AS m
    ON p.maker_id = m.maker_id AND holds_at(m.known_at, m.superseded_at, o.knowledge_at)
