-- When did another model become champion, and by how much was it better?
SELECT as_of, previous_champion, champion, reason, round(gain, 4) AS gain, round(gain_se, 4) AS gain_se
FROM champions
WHERE champion <> previous_champion
ORDER BY as_of;

-- Which model ranks now?
SELECT champion, slot_date, reason FROM champions ORDER BY as_of DESC LIMIT 1;

-- Since when has each model ranked, and how often was that confirmed?
SELECT champion, min(as_of) AS since, count(*) AS decisions FROM champions GROUP BY champion ORDER BY since;
