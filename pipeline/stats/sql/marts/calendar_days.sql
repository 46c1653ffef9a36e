-- grain: local day, from some weeks before the first fact to the end of the year after that of as_of
-- The calendar of the market. Holidays are those of South Korea, where the market's zone is Seoul's: fixed
-- ones, those of the traditional calendar (Seollal, Buddha's Birthday, Chuseok), substitute and temporary ones.
-- Temporary days are often named only weeks before: no feature may read them.
-- column weekday: 1 Monday to 7 Sunday
-- column is_holiday: null where no table of holidays is known: another zone, other years
-- column holiday_kind: fixed, traditional, substitute or temporary
-- column is_day_off: a holiday, a Saturday or a Sunday
-- column slot_date: the slot that runs at noon
SELECT day, weekday, is_holiday, holiday_ko, holiday_en, holiday_kind, is_day_off, slot_date
FROM market_days
