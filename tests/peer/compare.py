#!/usr/bin/env python3
"""Compares the relations of slotcast with the tables of `peer_duckdb.py`, row by row.

usage: compare.py INBOX OURS THEIRS AS_OF
       INBOX: the common input; OURS: <relation>.parquet files; THEIRS: ingest and stats tables of the peer

The peer keeps no versions and implements only a part of the contract, so some differences are intended. Each
relation is therefore compared twice:

  as published  with the peer's own table, on the rows without an intended difference
  as agreed     completely, with a query over the ingested tables of the peer that removes the intended differences.
                If this query is a modified query of the peer, the unmodified query must first give the peer's table

Counts, units and money must be equal. Rates and quantiles (both interpolate between the two nearest rows) must agree
within 1e-9. Columns of only one implementation are not compared: intervals, `rate_shrunk` (its prior is fitted here
and has the weight of 8 campaigns there), first crossings, `censored_by`, `settled`, other dimensions of `moq_rates`,
and deciles of windows of other lengths than 168 hours.
"""
import sys

import duckdb

INBOX, OURS, THEIRS, AS_OF = sys.argv[1:]
TOLERANCE = 1e-9
db = duckdb.connect()
db.execute("SET TimeZone = 'UTC'")
for relation in ("campaign_outcomes", "conversion_daily", "order_curve", "moq_rates", "refund_lag", "slot_summary"):
    db.execute(f"CREATE VIEW our_{relation} AS FROM '{OURS}/{relation}.parquet'")
    db.execute(f"CREATE VIEW m_{relation} AS FROM '{THEIRS}/m_{relation}.parquet'")
for table in ("products", "campaigns", "order_events", "page_views"):
    db.execute(f"CREATE VIEW {table} AS FROM '{THEIRS}/{table}.parquet'")
db.execute(f"CREATE MACRO as_of() AS TIMESTAMPTZ '{AS_OF}'")
# The simulated market is in Seoul, which has no daylight saving time.
db.execute("CREATE MACRO local_day(moment) AS CAST(moment + INTERVAL 9 HOUR AS DATE)")
failures = []


def compare(what, ours, theirs, key, at_least=1):
    """Compares two queries with the same columns. The first `key` columns identify a row."""
    columns = [(column[0], str(column[1])) for column in db.execute(ours).description]
    names = [name for name, _ in columns]
    same = " AND ".join(f"o.{name} IS NOT DISTINCT FROM t.{name}" for name in names[:key])
    differs = ["o.is_here IS NULL", "t.is_here IS NULL"]
    for name, kind in columns[key:]:
        if kind == "DOUBLE":
            differs.append(f"(o.{name} IS NULL) <> (t.{name} IS NULL) OR abs(o.{name} - t.{name}) > {TOLERANCE}")
        else:
            differs.append(f"o.{name} IS DISTINCT FROM t.{name}")
    for side, statement in (("slotcast", ours), ("the peer", theirs)):
        twice = db.execute(f"SELECT {', '.join(names[:key])} FROM ({statement}) GROUP BY ALL HAVING count(*) > 1")
        failures.extend(f"{what}: {side} has {row} more than once" for row in twice.fetchmany(3))
    rows = db.execute(f"SELECT count(*) FROM ({ours})").fetchone()[0]
    if rows < at_least:
        failures.append(f"{what}: {rows} rows are too few, {at_least} were expected")
    sides = ", ".join(f"{side}.{name}" for side in "ot" for name in names)
    unequal = db.execute(
        f"SELECT {sides} FROM (SELECT *, TRUE AS is_here FROM ({ours})) AS o "
        f"FULL JOIN (SELECT *, TRUE AS is_here FROM ({theirs})) AS t ON {same} "
        f"WHERE {' OR '.join(f'({one})' for one in differs)} ORDER BY ALL"
    ).fetchall()
    for row in unequal[:5]:
        ours_row, theirs_row = dict(zip(names, row)), dict(zip(names, row[len(names):]))
        cells = [n for n in names[:key] if ours_row[n] is not None or theirs_row[n] is not None]
        cells = [f"{n} {ours_row[n] if ours_row[n] is not None else theirs_row[n]}" for n in cells]
        cells += [f"{n}: slotcast {ours_row[n]}, peer {theirs_row[n]}" for n in names[key:] if ours_row[n] != theirs_row[n]]
        failures.append(f"{what}: {'; '.join(cells)}")
    if len(unequal) > 5:
        failures.append(f"{what}: and {len(unequal) - 5} rows more")
    print(f"{what}: {rows} rows, {len(unequal)} unequal")


def affected(name, reasons):
    """Collects the keys of rows with intended differences. Every reason must match at least one row."""
    for number, (reason, statement) in enumerate(reasons.items()):
        verb = f"INSERT INTO {name}" if number else f"CREATE TABLE {name} AS"
        db.execute(f"{verb} {statement}")
        if not db.execute(f"SELECT count(*) FROM ({statement})").fetchone()[0]:
            failures.append(f"no row of this market shows that {reason}")


# ---- campaign_outcomes -------------------------------------------------------------------------------

# The version of each campaign that was valid at as_of. The peer uses the last version.
db.execute(f"""CREATE TABLE terms AS
    SELECT campaign_id, product_id, CAST(slot_date AS DATE) AS slot_date, CAST(opens_at AS TIMESTAMPTZ) AS opens_at,
        CAST(closes_at AS TIMESTAMPTZ) AS closes_at, CAST(threshold AS DOUBLE) AS threshold, threshold_basis,
        CAST(price AS DOUBLE) AS price, CAST(capacity AS BIGINT) AS capacity, status
    FROM read_csv('{INBOX}/campaigns/*.csv', all_varchar = true, header = true)
    WHERE CAST(updated_at AS TIMESTAMPTZ) <= as_of()
    QUALIFY row_number() OVER (PARTITION BY campaign_id ORDER BY CAST(updated_at AS TIMESTAMPTZ) DESC) = 1""")

# Events as the contract counts them: in their window, and a cancellation only up to the placed quantity.
db.execute("""CREATE TABLE window_events AS
    SELECT c.campaign_id, c.opens_at, e.order_id, e.event, e.customer_id, e.occurred_at, e.units, e.amount,
        e.event = 'placed' AND e.occurred_at < c.closes_at AS is_placed,
        e.event = 'cancelled' AND e.occurred_at < c.closes_at AS is_cancel
    FROM terms AS c JOIN order_events AS e USING (campaign_id)
    WHERE e.occurred_at >= c.opens_at AND e.occurred_at < as_of()""")
db.execute("""CREATE TABLE window_orders AS
    SELECT campaign_id, order_id,
        bool_or(is_placed) AS is_placed, bool_or(is_cancel) AS is_cancelled, bool_or(event = 'refunded') AS is_refunded,
        count(*) FILTER (is_placed) AS steps,
        coalesce(sum(units) FILTER (is_placed), 0) AS placed, coalesce(sum(units) FILTER (is_cancel), 0) AS cut,
        greatest(placed - cut, 0) AS units,
        greatest(coalesce(sum(amount) FILTER (is_placed), 0) - coalesce(sum(amount) FILTER (is_cancel), 0), 0) AS amount
    FROM window_events GROUP BY ALL""")
db.execute("""CREATE TABLE agreed_outcomes AS
    SELECT c.*, coalesce(orders_placed, 0) AS orders_placed, coalesce(customers, 0) AS customers,
        coalesce(net_units, 0) AS net_units, CAST(coalesce(net_amount, 0) AS DECIMAL(18, 2)) AS net_amount,
        coalesce(cancelled_orders, 0) AS cancelled_orders, coalesce(refunded_orders, 0) AS refunded_orders,
        CASE WHEN threshold_basis = 'amount' THEN coalesce(net_amount, 0) ELSE coalesce(net_units, 0) END AS demand,
        CASE WHEN status <> 'withdrawn' THEN demand >= threshold END AS hit
    FROM terms AS c
    LEFT JOIN (SELECT campaign_id, count(*) FILTER (is_placed) AS orders_placed, sum(units) AS net_units, sum(amount) AS net_amount,
            count(*) FILTER (is_cancelled) AS cancelled_orders, count(*) FILTER (is_refunded) AS refunded_orders
        FROM window_orders GROUP BY ALL) USING (campaign_id)
    LEFT JOIN (SELECT campaign_id, count(DISTINCT customer_id) AS customers FROM window_events WHERE is_placed GROUP BY ALL)
        USING (campaign_id)
    WHERE closes_at <= as_of() OR status = 'withdrawn'""")

affected("odd_campaigns", {
    "the peer cancels the whole order if a cancellation names a part":
        "SELECT DISTINCT campaign_id FROM window_orders WHERE is_cancelled AND is_placed AND cut < placed",
    "the peer counts no cancel of an order that was not placed in the window":
        "SELECT DISTINCT campaign_id FROM window_orders WHERE is_cancelled AND NOT is_placed",
    "the peer counts no refund of an order that was not placed in the window":
        "SELECT DISTINCT campaign_id FROM window_orders WHERE is_refunded AND NOT is_placed",
    "the peer uses one customer per order, and the time of its first event for all units":
        "SELECT DISTINCT e.campaign_id FROM window_orders AS e JOIN order_events AS x USING (campaign_id, order_id) "
        "WHERE x.event = 'placed' GROUP BY e.campaign_id, order_id HAVING count(*) > 1",
    "the peer counts refunds after as_of":
        "SELECT DISTINCT campaign_id FROM order_events WHERE event = 'refunded' AND occurred_at >= as_of()",
    "the peer uses terms that were corrected after as_of":
        "SELECT campaign_id FROM campaigns WHERE updated_at > as_of()",
})

SHARED = """campaign_id, product_id, slot_date, threshold_basis, capacity, orders_placed, customers, net_units,
    CAST(net_amount AS DECIMAL(18, 2)) AS net_amount, CAST(demand AS DECIMAL(18, 2)) AS demand,
    cancelled_orders, refunded_orders, hit, closes_at, CAST(threshold AS DOUBLE) AS threshold"""
# From the peer's query of slot_summary.
EXPOSURE = "CAST(CASE WHEN NOT hit THEN net_amount ELSE 0 END AS DECIMAL(18, 2)) AS refund_exposure"
PLAIN = "campaign_id NOT IN (FROM odd_campaigns)"
compare(
    "campaign_outcomes, as published",
    f"SELECT {SHARED}, refund_exposure FROM our_campaign_outcomes WHERE {PLAIN}",
    # A live campaign has no outcome yet. The peer lists it with a null hit.
    f"SELECT {SHARED}, {EXPOSURE} FROM m_campaign_outcomes WHERE (closes_at <= as_of() OR status = 'withdrawn') AND {PLAIN}",
    key=1, at_least=330,
)
compare(
    "campaign_outcomes, as agreed",
    f"SELECT {SHARED}, opens_at, refund_exposure FROM our_campaign_outcomes",
    f"SELECT {SHARED}, opens_at, {EXPOSURE} FROM agreed_outcomes",
    key=1, at_least=376,
)

# ---- conversion_daily --------------------------------------------------------------------------------

affected("odd_days", {
    "the peer uses facts after as_of":
        "SELECT product_id, local_day(hour) AS day, channel FROM page_views WHERE hour >= as_of() UNION "
        "SELECT product_id, local_day(occurred_at), channel FROM order_events JOIN campaigns USING (campaign_id) "
        "WHERE event = 'placed' AND occurred_at >= as_of()",
    "the peer counts repeated page views twice":
        "SELECT product_id, local_day(hour) AS day, channel FROM page_views "
        "GROUP BY ALL HAVING count(DISTINCT hour) < count(*)",
    "the peer counts events instead of orders":
        "SELECT product_id, local_day(occurred_at) AS day, channel FROM order_events JOIN campaigns USING (campaign_id) "
        "WHERE event = 'placed' GROUP BY ALL HAVING count(DISTINCT order_id) < count(*)",
})
CONVERSION = """SELECT product_id, day, channel, views, visitors, orders, units,
    CAST(orders AS DOUBLE) / nullif(visitors, 0) AS order_rate"""
OUR_CONVERSION = CONVERSION.replace("CAST(orders AS DOUBLE) / nullif(visitors, 0) AS order_rate", "order_rate")
# A null channel is a group in both, but equals nothing in SQL.
PLAIN_DAY = "(product_id, day, coalesce(channel, '')) NOT IN (SELECT (product_id, day, coalesce(channel, '')) FROM odd_days)"
compare(
    "conversion_daily, as published",
    f"FROM ({OUR_CONVERSION} FROM our_conversion_daily) WHERE {PLAIN_DAY}",
    f"FROM ({CONVERSION} FROM (SELECT * RENAME (d AS day) FROM m_conversion_daily)) WHERE {PLAIN_DAY}",
    key=3, at_least=20_000,
)
compare(
    "conversion_daily, as agreed",
    f"{OUR_CONVERSION} FROM our_conversion_daily",
    f"""{CONVERSION} FROM (
        SELECT product_id, day, channel, sum(views) AS views, sum(visitors) AS visitors, sum(orders) AS orders, sum(units) AS units
        FROM (
            SELECT product_id, local_day(hour) AS day, channel, views, visitors, 0 AS orders, 0 AS units
            FROM (SELECT DISTINCT * FROM page_views WHERE hour < as_of())
            UNION ALL
            SELECT product_id, local_day(occurred_at) AS day, channel, 0, 0, count(DISTINCT order_id), sum(units)
            FROM order_events JOIN terms USING (campaign_id)
            WHERE event = 'placed' AND occurred_at < as_of() GROUP BY ALL
        ) GROUP BY ALL)""",
    key=3, at_least=20_000,
)

# ---- order_curve -------------------------------------------------------------------------------------


def curve(changes, campaigns, quantile):
    """The peer's query. `changes` has the columns campaign_id, h and u."""
    return f"""WITH n AS ({changes}),
        g AS (SELECT c.campaign_id, p.category, r.h FROM {campaigns} c JOIN products p USING (product_id),
            (SELECT unnest(range(0, 168)) h) r WHERE c.campaign_id IN (SELECT campaign_id FROM n)),
        s AS (SELECT g.category, g.h, sum(coalesce(u, 0)) OVER (PARTITION BY g.campaign_id ORDER BY g.h)
                / sum(coalesce(u, 0)) OVER (PARTITION BY g.campaign_id) share
            FROM g LEFT JOIN n ON n.campaign_id = g.campaign_id AND n.h = g.h)
        SELECT category, h AS hour, count(*) n_campaigns, avg(share) share_mean, {quantile}(share, 0.1) share_p10,
            {quantile}(share, 0.5) share_p50, {quantile}(share, 0.9) share_p90 FROM s GROUP BY ALL"""


CURVE = "category, hour, n_campaigns, share_mean, share_p10, share_p50, share_p90"
compare(
    "order_curve, the peer's query",
    curve(
        """SELECT c.campaign_id, CAST(floor(date_diff('second', c.opens_at, o.placed_at) / 3600) AS INT) h, sum(o.units) u
        FROM (SELECT campaign_id, order_id, min(occurred_at) FILTER (event = 'placed') placed_at,
                sum(units) FILTER (event = 'placed') units, min(occurred_at) FILTER (event = 'cancelled') cancelled_at
            FROM order_events GROUP BY 1, 2) o JOIN campaigns c USING (campaign_id)
        WHERE c.status <> 'withdrawn' AND o.placed_at >= c.opens_at AND o.placed_at < c.closes_at
            AND (o.cancelled_at IS NULL OR o.cancelled_at >= c.closes_at) GROUP BY ALL""",
        "campaigns", "quantile_cont",
    ),
    f"SELECT {CURVE} FROM m_order_curve",
    key=2, at_least=6 * 168,
)
# Both interpolate between the two nearest rows. DataFusion truncates the weight of the upper row to six digits.
db.execute("CREATE MACRO place(p, n) AS CAST(p AS DOUBLE) * (n - 1)")
db.execute("CREATE MACRO nth(sorted, place) AS list_extract(sorted, 1 + CAST(place AS INT))")
db.execute("CREATE MACRO weight(place) AS floor((place - floor(place)) * 1000000) / 1000000")
db.execute("""CREATE MACRO between_rows(sorted, place) AS nth(sorted, floor(place))
    + (nth(sorted, ceil(place)) - nth(sorted, floor(place))) * weight(place)""")
db.execute("CREATE MACRO percentile_cont(share, p) AS between_rows(list(share ORDER BY share), place(p, count(*)))")
# Differences removed here: the peer includes live campaigns and windows of other lengths by the hour. It excludes
# orders that are cancelled later; slotcast counts them until their cancellation.
db.execute("""CREATE TABLE changes AS
    SELECT campaign_id, date_diff('second', opens_at, occurred_at) // 3600 AS h,
        net - coalesce(lag(net) OVER by_order, 0) AS u
    FROM (
        SELECT *, greatest(coalesce(sum(units) FILTER (is_placed) OVER by_order, 0)
            - coalesce(sum(units) FILTER (is_cancel) OVER by_order, 0), 0) AS net
        FROM window_events WHERE is_placed OR is_cancel
        WINDOW by_order AS (PARTITION BY campaign_id, order_id ORDER BY occurred_at, is_cancel
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    )
    WINDOW by_order AS (PARTITION BY campaign_id, order_id ORDER BY occurred_at, is_cancel)""")
compare(
    "order_curve, as agreed",
    f"SELECT {CURVE} FROM our_order_curve WHERE unit = 'hour'",
    curve(
        "SELECT campaign_id, h, sum(u) AS u FROM changes GROUP BY ALL",
        "(FROM agreed_outcomes WHERE hit IS NOT NULL AND net_units > 0 AND closes_at - opens_at = INTERVAL 168 HOUR)",
        "percentile_cont",
    ),
    key=2, at_least=6 * 168,
)

# ---- moq_rates ---------------------------------------------------------------------------------------


def rates(outcomes, join):
    """The peer's query, with our names of dimensions and the plain rate instead of the shrunk one."""
    keys = {"category": "p.category", "maker": "p.maker_id", "price_band": "CAST(CAST(floor(ln(c.price) * 2) AS INT) AS VARCHAR)"}
    return " UNION ALL ".join(
        f"SELECT '{dimension}' AS dimension, {key} AS key, count(*) AS n, sum(CAST(o.hit AS INT)) AS hits, avg(CAST(o.hit AS INT)) AS rate "
        f"FROM {outcomes} o JOIN campaigns c USING (campaign_id) {join} products p ON p.product_id = c.product_id "
        f"WHERE o.hit IS NOT NULL AND {key} IS NOT NULL GROUP BY ALL"
        for dimension, key in keys.items()
    )


SHARED_DIMENSIONS = "dimension IN ('category', 'maker', 'price_band')"
MADE_RATES = """SELECT CASE dim WHEN 'band' THEN 'price_band' ELSE dim END AS dimension, k AS key, n, hits,
    CAST(hits AS DOUBLE) / n AS rate FROM m_moq_rates"""
compare("moq_rates, the peer's query", rates("m_campaign_outcomes", "INNER JOIN"), MADE_RATES, key=2, at_least=60)
affected("odd_keys", {
    "the peer uses terms that were corrected after as_of":
        "SELECT unnest([p.category, p.maker_id, CAST(CAST(floor(ln(c.price) * 2) AS INT) AS VARCHAR)]) AS key "
        "FROM campaigns AS c JOIN products AS p USING (product_id) WHERE c.updated_at > as_of()",
    "the peer excludes campaigns of unknown products":
        "SELECT CAST(CAST(floor(ln(price) * 2) AS INT) AS VARCHAR) AS key FROM campaigns "
        "WHERE product_id NOT IN (SELECT product_id FROM products)",
})
OUR_RATES = f"SELECT dimension, key, n, hits, rate FROM our_moq_rates WHERE {SHARED_DIMENSIONS}"
PLAIN_KEY = "key NOT IN (FROM odd_keys)"
compare(
    "moq_rates, as published", f"{OUR_RATES} AND {PLAIN_KEY}", f"FROM ({MADE_RATES}) WHERE {PLAIN_KEY}", key=2, at_least=60
)
compare("moq_rates, as agreed", OUR_RATES, rates("agreed_outcomes", "LEFT JOIN"), key=2, at_least=60)

# ---- refund_lag --------------------------------------------------------------------------------------


def lags(lag, where):
    """The peer's query."""
    return f"""SELECT CAST({lag} AS INT) AS lag_days, count(*) AS refunds, count(*) / sum(count(*)) OVER () AS share
        FROM order_events e JOIN campaigns c USING (campaign_id) WHERE event = 'refunded' AND {where} GROUP BY ALL"""


compare(
    "refund_lag, the peer's query",
    lags("date_diff('day', c.closes_at, e.occurred_at)", "TRUE"),
    "SELECT lag_days, n AS refunds, n / sum(n) OVER () AS share FROM m_refund_lag",
    key=1, at_least=8,
)
# Differences removed here: the peer uses days in UTC, campaigns that are not closed, and facts after as_of. No close
# was corrected after as_of; `terms` above would show it.
compare(
    "refund_lag, as agreed",
    "SELECT lag_days, refunds, share FROM our_refund_lag",
    lags("local_day(e.occurred_at) - local_day(c.closes_at)", "c.closes_at <= as_of() AND e.occurred_at < as_of()"),
    key=1, at_least=8,
)

# ---- slot_summary ------------------------------------------------------------------------------------

# Differences removed here: the peer includes withdrawn and live campaigns, sums units also for thresholds in money, and
# adds the demand of both bases, where slotcast has none.
affected("odd_slots", {
    "slots of affected campaigns are affected":
        "SELECT DISTINCT slot_date FROM campaigns WHERE campaign_id IN (FROM odd_campaigns)",
    "the peer counts live and withdrawn campaigns":
        "SELECT DISTINCT slot_date FROM m_campaign_outcomes WHERE hit IS NULL",
    "the peer sums units for thresholds in money":
        "SELECT DISTINCT slot_date FROM campaigns WHERE threshold_basis = 'amount'",
})
SUMMARY = """slot_date, campaigns, hits, CAST(demand AS DECIMAL(18, 2)) AS demand,
    CAST(net_amount AS DECIMAL(18, 2)) AS net_amount, CAST(refund_exposure AS DECIMAL(18, 2)) AS refund_exposure"""
PLAIN_SLOT = "slot_date NOT IN (FROM odd_slots)"
compare(
    "slot_summary, as published",
    f"SELECT {SUMMARY} FROM our_slot_summary WHERE {PLAIN_SLOT}",
    f"SELECT {SUMMARY} FROM (SELECT * RENAME (units AS demand, amount AS net_amount) FROM m_slot_summary) WHERE {PLAIN_SLOT}",
    key=1, at_least=7,
)
compare(
    "slot_summary, as agreed",
    f"SELECT {SUMMARY}, hit_rate, avoided_waste_units FROM our_slot_summary",
    f"""SELECT {SUMMARY}, hit_rate, avoided_waste_units FROM (
        SELECT slot_date, count(*) AS campaigns, sum(CAST(hit AS INT)) AS hits, avg(CAST(hit AS INT)) AS hit_rate,
            CASE WHEN count(DISTINCT threshold_basis) = 1 THEN sum(demand) END AS demand,
            sum(net_amount) AS net_amount, sum(CASE WHEN NOT hit THEN net_amount ELSE 0 END) AS refund_exposure,
            CAST(sum(CASE WHEN hit AND threshold_basis = 'units' THEN 0.25 * net_units ELSE 0 END) AS DOUBLE) AS avoided_waste_units
        FROM agreed_outcomes WHERE hit IS NOT NULL GROUP BY ALL)""",
    key=1, at_least=12,
)

for failure in failures:
    print(f"UNEQUAL {failure}", file=sys.stderr)
sys.exit(1 if failures else 0)
