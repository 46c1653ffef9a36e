-- How do the last slots compare with the four before each of them?
SELECT slot_date, campaigns, round(units_per_campaign, 1) AS units_per_campaign, round(units_change, 2) AS units_change,
    round(hit_rate_change, 2) AS hit_rate_change, holidays, holidays_before
FROM like_for_like
WHERE compared_with = 'last_four'
ORDER BY slot_date DESC
LIMIT 8;

-- Is this year better than the last, slot by slot?
SELECT slot_date, campaigns, campaigns_before, round(units_change, 2) AS units_change
FROM like_for_like
WHERE compared_with = 'last_year'
ORDER BY slot_date DESC;

-- Do slots with a public holiday sell less per campaign than the four before them?
SELECT holidays > 0 AS has_holiday, count(*) AS slots, round(avg(units_change), 3) AS units_change
FROM like_for_like
WHERE compared_with = 'last_four' AND holidays IS NOT NULL
GROUP BY has_holiday
ORDER BY has_holiday;
