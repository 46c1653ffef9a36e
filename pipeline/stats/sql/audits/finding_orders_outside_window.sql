-- finds: files with orders outside the window of their campaign by more than the refund window
-- remedy: correct the campaign id or the times of these orders, or opening and close of the campaign
-- step: market
SELECT
    f.file AS key,
    concat(
        CAST(sum(o.orders) AS VARCHAR), ' events of ', CAST(count(DISTINCT o.campaign_id) AS VARCHAR), ' campaign(s), ',
        CAST(round(100.0 * sum(o.orders) / max(f.rows), 1) AS VARCHAR), ' % of ', CAST(max(f.rows) AS VARCHAR),
        ' rows; first: line ', CAST(min(o.first_line) AS VARCHAR), ': ',
        to_char(first_value(o.first_at ORDER BY o.first_line), '%Y-%m-%dT%H:%M:%SZ')
    ) AS found
FROM orders_outside_window AS o
INNER JOIN fact_sources AS f ON o.source_file_id = f.source_file_id AND f.table_name = 'order_events'
GROUP BY f.source_file_id, f.file
