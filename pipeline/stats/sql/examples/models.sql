-- Which model ranks the list, and how many campaigns trained it?
SELECT slot_date, model, n, hits FROM models WHERE promoted;

-- Did the model beat the base rate on later campaigns?
SELECT model, promoted, out_of_time_n, round(out_of_time_log_loss, 4) AS log_loss
FROM models
ORDER BY log_loss;

-- How many training campaigns, and which hit rate, does each model have?
SELECT model, n, round(hits * 1.0 / nullif(n, 0), 3) AS hit_rate FROM models ORDER BY model;
