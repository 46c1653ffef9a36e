-- grain: product, channel, and the days on which its views were seen, known and superseded
-- Sums over versions that nothing tells apart any more; versions that never held are left out. Decisions fall
-- on the hour at which slots open, so those days end at that hour.
-- column product_number: stands for product_id
-- column channel_number: stands for channel
-- column day: the local day of the hour
-- column seen_on: the first day at whose opening hour the hour had begun
-- column known_on: the first day at whose opening hour the row was known
-- column superseded_on: the first day at whose opening hour a later version was known
SELECT * FROM staged.page_views
