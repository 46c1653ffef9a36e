//! The page for analysts, `RELATIONS.md`, from heads, columns and questions.

use crate::describe::Described;

const INTRODUCTION: &str = "\
# Relations, for who asks them

<!-- Written by `SLOTCAST_BLESS=1 cargo test analyst_docs`; the words stand in the heads of `sql/**/*.sql` and in
`sql/examples/`. -->

```
slotcast sql --lake lake \"select slot_date, campaigns, hits, hit_rate from slot_summary order by slot_date desc\"
slotcast sql --describe                 # what there is
slotcast sql --describe funnel          # grain, columns, and what one may ask
slotcast sql --format csv \"...\" > rows.csv    # or json, parquet; `table` is for people
```

A query sees what the newest finished run made visible; `--run RUN_ID` names an older run. A table shows
10,000 rows (`--limit ROWS`), a query gets 60 seconds (`--timeout SECONDS`) and 1,024 MiB of memory
(`--memory MIB`); 0 is no limit of rows or time, and `[sql]` in `slotcast.toml` holds the same as `rows`,
`seconds` and `memory_mib`. The dialect is that of DataFusion, close to PostgreSQL. One SELECT at a time, or
EXPLAIN, DESCRIBE, SHOW TABLES; nothing on the machine is read or written. The same relations are Parquet
files under `published/latest/` for any other tool.

Good to know:

- Timestamps are UTC; `opens_at AT TIME ZONE 'Asia/Seoul'` shows them as a clock there does.
- Counts are integers, and integers divide to integers: write `sum(hits) * 1.0 / nullif(sum(n), 0)`.
- A rate says little without its `n`: look at both, or at the interval beside it.
- `hit` is null while a campaign is live and for withdrawn ones; `WHERE hit IS NOT NULL` leaves them out.
- *T* (`knowledge_at`) is the time up to which a row may know; `as_of` the moment a run speaks for.
";

/// The page.
pub fn page(relations: &[Described]) -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str("\n| relation | a row is | |\n|---|---|---|\n");
    for relation in relations {
        let (name, grain, about) = (&relation.name, cell(&relation.grain), cell(relation.about()));
        page.push_str(&format!("| [{name}](#{name}) | {grain} | {about} |\n"));
    }
    for relation in relations {
        page.push_str(&section(relation));
    }
    page
}

fn section(relation: &Described) -> String {
    let mut text = format!("\n## {}\n\nA row is: {}\n", relation.name, relation.grain);
    for note in &relation.notes {
        text.push_str(&format!("\n{note}\n"));
    }
    text.push_str("\n| column | type | |\n|---|---|---|\n");
    for column in &relation.columns {
        text.push_str(&format!("| {} | {} | {} |\n", column.name, column.kind, cell(&column.doc)));
    }
    for example in &relation.examples {
        text.push_str(&format!("\n{}\n\n```sql\n{}\n```\n", example.question, example.sql));
    }
    text
}

/// A text within a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
