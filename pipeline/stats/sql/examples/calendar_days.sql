-- Which holidays are in the coming slots?
SELECT day, slot_date, holiday_ko, holiday_en
FROM calendar_days
WHERE is_holiday AND day >= (SELECT max(slot_date) FROM slot_summary)
ORDER BY day;

-- How many days off does each slot have?
SELECT slot_date, sum(CASE WHEN is_day_off THEN 1 ELSE 0 END) AS days_off
FROM calendar_days
GROUP BY slot_date
ORDER BY slot_date DESC
LIMIT 20;

-- Do people order more on days off?
SELECT d.is_day_off, count(DISTINCT d.day) AS days, round(sum(c.orders) * 1.0 / count(DISTINCT d.day), 1) AS orders_per_day
FROM conversion_daily AS c
INNER JOIN calendar_days AS d ON d.day = c.day
GROUP BY d.is_day_off;
