-- grain: version of a campaign
-- The slot is the one in which the campaign opens; a slot_date of the source's own is not believed.
-- column opens_local: what a clock in the market's zone shows, as closes_local
SELECT
    c.* EXCLUDE (slot_date, opening_slot),
    s.slot_date,
    c.opens_at + z.utc_offset AS opens_local,
    c.closes_at + y.utc_offset AS closes_local
FROM stg_campaigns AS c
INNER JOIN slots AS s
    ON c.opening_slot = s.slot_date
INNER JOIN zone_offsets AS z
    ON c.opens_at >= z.starts_at AND c.opens_at < z.ends_at
INNER JOIN zone_offsets AS y
    ON c.closes_at >= y.starts_at AND c.closes_at < y.ends_at
