-- grain: offer, slot, T
-- Who makes it and what it is, in the versions that held at T.
SELECT
    o.id, o.slot_date, o.knowledge_at,
    p.title, p.category, p.maker_id, p.artist_id, p.url, p.image_url,
    m.name AS maker_name, m.kind AS maker_kind
FROM offers AS o
LEFT JOIN stg_products AS p
    ON
        o.product_id = p.product_id AND p.known_at <= o.knowledge_at
        AND (p.superseded_at IS NULL OR p.superseded_at > o.knowledge_at)
LEFT JOIN stg_makers AS m
    ON
        p.maker_id = m.maker_id AND m.known_at <= o.knowledge_at
        AND (m.superseded_at IS NULL OR m.superseded_at > o.knowledge_at)
