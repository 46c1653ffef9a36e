-- Which categories have the best hit rate, with at least 30 campaigns?
SELECT key AS category, n, round(rate, 3) AS rate, round(rate_low, 2) AS low, round(rate_high, 2) AS high
FROM moq_rates
WHERE dimension = 'category' AND n >= 30
ORDER BY rate DESC;

-- Which makers have the best shrunk hit rate?
SELECT key AS maker_id, n, hits, round(rate, 2) AS rate, round(rate_shrunk, 2) AS rate_shrunk
FROM moq_rates
WHERE dimension = 'maker'
ORDER BY rate_shrunk DESC, maker_id
LIMIT 15;

-- At which prices do campaigns reach their threshold?
SELECT round(exp(CAST(key AS DOUBLE) / 2)) AS price_from, round(exp((CAST(key AS DOUBLE) + 1) / 2)) AS price_to, n, rate
FROM moq_rates
WHERE dimension = 'price_band' AND key NOT LIKE '% %'
ORDER BY price_from;
