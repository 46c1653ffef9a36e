//! Results of expressions, compared with those that PostgreSQL 17 documents or returns in the zone UTC.

use arrow::util::display::array_value_to_string;

use crate::query::{catalog::QueryCatalog, limits::QueryLimits, runtime::context, user_session::UserSession};

async fn value(session: &UserSession, expression: &str) -> String {
    let answer = match session.query(&format!("SELECT {expression} AS x"), None).await {
        Ok(answer) => answer.all().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok((_, batches)) => array_value_to_string(batches[0].column(0), 0).unwrap(),
        Err(error) => format!("error: {error}"),
    }
}

fn session() -> UserSession {
    let limits = QueryLimits::none();
    let context = context(limits).unwrap();
    UserSession::new(QueryCatalog { context, relations: Vec::new(), limits }).unwrap()
}

const INSTANT: &str = "to_timestamp('2016-03-05 20:07:09.25Z')";

#[tokio::test]
async fn expressions_have_the_results_of_postgres() {
    let session = session();
    for (expression, expected) in [
        // Patterns that tools send to Postgres: https://github.com/MaterializeInc/materialize/pull/1046 (Metabase),
        // https://github.com/apache/datafusion/issues/14536, https://github.com/apache/datafusion/issues/5398.
        ("to_char($, 'YYYY-MM-DD HH24:MI:SS.MS TZ')", "2016-03-05 20:07:09.250 UTC"),
        ("to_char('2023-09-04'::date, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS')", "2023-09-04T00:00:00.000"),
        ("to_char('2023-09-04'::date, '%Y-%m-%dT%H:%M:%S')", "2023-09-04T00:00:00"),
        ("to_timestamp('2014-05-11 01:07:34', 'YYYY-MM-DD HH24:MI:SS')", "2014-05-11T01:07:34Z"),
        ("to_char(timestamp '2016-03-05 14:07:09', 'YYYY-MM-DD HH24:MI')", "2016-03-05 14:07"),
        ("to_char(date '2016-03-05', 'DD Mon YYYY')", "05 Mar 2016"),
        ("to_char(timestamp '2016-03-05 14:07:09', '%Y-%m-%d %H:%M')", "2016-03-05 14:07"),
        (
            "to_char($ AT TIME ZONE 'Asia/Seoul', 'YYYY-MM-DD HH24:MI:SS.MS TZ OF')",
            "2016-03-06 05:07:09.250 KST +09",
        ),
        ("to_char($ AT TIME ZONE 'Asia/Seoul', '%d %H:%M %z')", "06 05:07 +0900"),
        ("to_char($, 'HH24 TZ')", "20 UTC"),
        ("to_char(1234.5, 'FM9,999.00')", "1,234.50"),
        ("to_char(-1234567, '9,999,999')", "-1,234,567"),
        ("to_char(cast(2.345 as decimal(10, 3)), 'FM9.99')", "2.35"),
        ("to_char(null, 'YYYY')", ""),
        ("date_format(date '2016-03-05', '%m/%Y')", "03/2016"),
        ("to_date('05/03/2016', 'DD/MM/YYYY')", "2016-03-05"),
        ("to_date('20160305', 'YYYYMMDD')", "2016-03-05"),
        ("to_timestamp('05/03/2016 14:07', 'DD/MM/YYYY HH24:MI')", "2016-03-05T14:07:00Z"),
        // A date loses hours that are added to it, also those of another expression.
        ("date '2016-03-05' + interval '1 hour'", "2016-03-05T01:00:00"),
        ("interval '36 hours' + date '2016-03-05'", "2016-03-06T12:00:00"),
        ("date '2016-03-05' - cast('1 hour' as interval)", "2016-03-04T23:00:00"),
        ("date '2016-01-31' + interval '1 month'", "2016-02-29"),
        ("date '2016-03-05' - date '2016-03-01'", "4"),
        // Casts of numbers round.
        ("cast(2.7 as int)", "3"),
        ("cast(2.5 as bigint)", "3"),
        ("(-2.5)::int", "-3"),
        ("cast(cast(2.7 as decimal(5, 1)) as int)", "3"),
        ("try_cast(2.7 as int)", "3"),
        ("cast('7' as int)", "7"),
        ("round(2.5)", "3.0"),
        ("round(cast(2.345 as decimal(10, 3)), 2)", "2.35"),
        ("7 / 2", "3"),
        ("-7 / 2", "-3"),
        // The local time of a zone stays local.
        ("cast($ AT TIME ZONE 'Asia/Seoul' as timestamp)", "2016-03-06T05:07:09.250"),
        ("cast($ AT TIME ZONE 'Asia/Seoul' as date)", "2016-03-06"),
        ("cast($ as timestamp)", "2016-03-05T20:07:09.250"),
        ("timestamp '2016-03-05T10:00:00Z'", "2016-03-05T10:00:00"),
        ("timestamp '2016-03-05 10:00:00+00:00'", "2016-03-05T10:00:00"),
        ("extract(hour from $ AT TIME ZONE 'Asia/Seoul')", "5"),
        ("extract(second from $)", "9.25"),
        ("date_part('second', timestamp '2016-03-05 14:07:09.5')", "9.5"),
        ("date_part('milliseconds', timestamp '2016-03-05 14:07:09.5')", "9500.0"),
        ("date_part('dow', date '2016-03-06')", "0"),
        ("date_part('isodow', date '2016-03-06')", "7"),
        ("extract(week from date '2016-01-01')", "53"),
        ("date_trunc('week', date '2016-03-06')", "2016-02-29T00:00:00"),
        // The same in both, and held here.
        ("greatest(1, null, 3)", "3"),
        ("'a' || null", ""),
        ("concat('a', null, 'b')", "ab"),
        ("position('b' in 'abc')", "2"),
        ("substr('abcdef', -1, 4)", "ab"),
        ("left('abcdef', -2)", "abcd"),
        ("split_part('a,b,c', ',', -1)", "c"),
        ("power(2, 3) * 2", "16.0"),
    ] {
        assert_eq!(value(&session, &expression.replace('$', INSTANT)).await, expected, "{expression}");
    }
}

#[tokio::test]
async fn what_would_differ_silently_is_refused() {
    let session = session();
    for (expression, part) in [
        ("2 ^ 3", "power(a, b)"),
        ("'abc' SIMILAR TO 'a%'", "use LIKE"),
        ("timestamp '2016-03-05 10:00:00+09:00'", "write TIMESTAMPTZ"),
        ("timestamp '2016-03-05T10:00:00-03'", "write TIMESTAMPTZ"),
        ("to_char(timestamp '2016-03-05 10:00:00', 'YYYY-MM-DDZHH24')", "`ZHH`"),
        ("to_char(1, 'RN')", "`R`"),
        ("to_date('2016-W09', 'IYYY-\"W\"IW')", "`IYYY`, which cannot be parsed"),
    ] {
        let refused = value(&session, expression).await;
        assert!(refused.starts_with("error: ") && refused.contains(part), "{expression}: {refused}");
    }
}

/// Types of inner queries change with their expressions.
#[tokio::test]
async fn inner_queries_are_rewritten_too() {
    let session = session();
    let sql = "(SELECT max(s) FROM (SELECT date_part('second', t) AS s FROM (VALUES (timestamp '2016-03-05 14:07:09.5')) AS v (t) \
               WHERE cast(date_part('second', t) AS INT) = 10) AS q WHERE s > 9)";
    assert_eq!(value(&session, sql).await, "9.5");
    let grouped = "(SELECT string_agg(m, ' ' ORDER BY m) FROM (SELECT to_char(t, 'YYYY-MM') AS m, count(*) AS n FROM \
                   (VALUES (date '2016-03-05'), (date '2016-04-05'), (date '2016-03-06')) AS v (t) GROUP BY to_char(t, 'YYYY-MM')) AS q)";
    assert_eq!(value(&session, grouped).await, "2016-03 2016-04");
}
