-- grain: version of a campaign
-- step: dimensions
-- kind: memory
-- Campaign versions with the slot in which they open. A slot_date of the source is ignored.
-- column opens_local: opens_at on the market's local clock; closes_local: closes_at on the same clock
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
