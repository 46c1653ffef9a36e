-- grain: local day, from some weeks before the first fact to the end of the year after as_of
-- step: market
-- kind: kept(day)
-- Calendar of the market with the public holidays of South Korea, if its zone is Seoul's. Holidays are fixed ones, those
-- of the traditional calendar (Seollal, Buddha's Birthday, Chuseok), substitute and temporary ones. Temporary holidays
-- are often announced only weeks before, so no feature reads them.
-- column weekday: 1 Monday to 7 Sunday
-- column is_holiday: null if holidays are unknown: other zones, other years
-- column holiday_kind: fixed, traditional, substitute or temporary
-- column is_day_off: a holiday, a Saturday or a Sunday
-- column slot_date: the slot that runs at noon
SELECT day, weekday, is_holiday, holiday_ko, holiday_en, holiday_kind, is_day_off, slot_date
FROM market_days
