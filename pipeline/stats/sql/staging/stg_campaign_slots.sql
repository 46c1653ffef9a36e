-- grain: version of a campaign
-- The slot is the one in which the campaign opens; a slot_date of the source's own is not believed.
-- opens_local is what a clock in the market's zone shows.
SELECT
    c.* EXCLUDE (slot_date),
    s.slot_date,
    s.knowledge_at,
    c.opens_at + z.utc_offset AS opens_local
FROM stg_campaigns AS c
INNER JOIN slots AS s
    ON c.opens_at >= s.opens_at AND c.opens_at < s.closes_at
INNER JOIN zone_offsets AS z
    ON c.opens_at >= z.starts_at AND c.opens_at < z.ends_at
