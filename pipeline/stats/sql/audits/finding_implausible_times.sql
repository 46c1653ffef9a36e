-- finds: files with rows dated more than a year before the first slot, or later than they were known
-- remedy: correct the format, the unit or the zone of the times in the mapping, then ingest the file again
-- step: market
SELECT
    concat(table_name, ' ', file) AS key,
    concat(
        CASE WHEN rows_before_market > 0 THEN concat(CAST(rows_before_market AS VARCHAR), ' before the market, ') ELSE '' END,
        CASE WHEN rows_after_known > 0 THEN concat(CAST(rows_after_known AS VARCHAR), ' after they were known, ') ELSE '' END,
        CAST(round(100.0 * (rows_before_market + rows_after_known) / rows, 1) AS VARCHAR), ' % of ',
        CAST(rows AS VARCHAR), ' rows; first: ', first_example
    ) AS found
FROM fact_sources
WHERE rows_before_market + rows_after_known > 0
