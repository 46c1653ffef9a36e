-- What were the results of the last twelve slots?
SELECT slot_date, campaigns, hits, round(hit_rate, 2) AS hit_rate, net_amount, refund_exposure, currency, sold_out
FROM slot_summary
ORDER BY slot_date DESC
LIMIT 12;

-- How much does each quarter sell, and how much must it refund?
SELECT
    CAST(date_trunc('quarter', slot_date) AS DATE) AS quarter,
    currency,
    sum(campaigns) AS campaigns,
    round(sum(hits) * 1.0 / nullif(sum(campaigns), 0), 3) AS hit_rate,
    sum(net_amount) AS net_amount,
    sum(refund_exposure) AS refund_exposure
FROM slot_summary
GROUP BY quarter, currency
ORDER BY quarter, currency;

-- Which slots collected the most for campaigns that missed?
SELECT slot_date, campaigns - hits AS misses, refund_exposure, net_amount, currency
FROM slot_summary
ORDER BY refund_exposure DESC, slot_date
LIMIT 10;
