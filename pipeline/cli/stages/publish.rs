//! Ranked lists to page, workbook, CSV, JSON and plain Parquet.

use std::path::PathBuf;

use anyhow::Result;
use slotcast_core::Audience;
use slotcast_lake::{Published, Room, Snapshot, TableId};
use slotcast_publish::{
    PageView, RANKING_SCHEMA, page_html, ranking_json, review_html, workbook, write_ranking_csv,
};
use slotcast_stats::is_working;

use super::{page_view::page_view, rank::RankedList};
use crate::{
    row::rows,
    run_record::{Rows, RunInProgress},
    seen::Seen,
    settings::Settings,
};

/// Lays the run out under `published/`; `latest` moves only when the run is visible.
pub(crate) async fn publish(
    run: &RunInProgress,
    settings: &Settings,
    lists: &[RankedList],
    warnings: Vec<String>,
    audience: Audience,
) -> Result<(PathBuf, Rows)> {
    let view = page_view(run, settings, lists, warnings, audience).await?;
    let mut files = files(&view, settings)?;
    if let Some(card) = promoted_card(run).await? {
        files.push(("model-card.md".to_owned(), card.into_bytes()));
    }
    let mut relations: Vec<Snapshot> = Vec::new();
    for (name, version) in &run.tables {
        let is_shown = |table: &TableId| table.room == Room::Relations && !is_working(&table.name);
        if let Some(table) = TableId::parse(name).filter(is_shown) {
            relations.push(run.lake.at(&table, *version).await?);
        }
    }
    let folder = Published::of(&run.lake).lay_out(&view.run_id, &relations, &files, audience)?;
    let given_out = lists.iter().map(|list| list.offers.len()).sum();
    Ok((folder, Rows { taken_in: given_out, given_out }))
}

/// What people open. Files for the house alone say so in their names.
fn files(view: &PageView, settings: &Settings) -> Result<Vec<(String, Vec<u8>)>> {
    let lang = settings.lang();
    let name = |stem: &str, ending: &str| match view.audience {
        Audience::Everyone => format!("{stem}.{ending}"),
        Audience::Internal => format!("{stem}-internal.{ending}"),
    };
    let mut files = vec![
        (name("index", "html"), page_html(view, lang)?.into_bytes()),
        (name("ranking", "xlsx"), workbook(view, lang)?),
        (name("ranking", "json"), ranking_json(view)?.into_bytes()),
        ("ranking.schema.json".to_owned(), RANKING_SCHEMA.as_bytes().to_vec()),
    ];
    for review in &view.reviews {
        let page = review_html(view, review, lang)?;
        files.push((format!("review-{}.html", review.slot_date), page.into_bytes()));
    }
    for list in &view.lists {
        let stem = if list.is_preliminary { "ranking-preliminary" } else { "ranking" };
        let mut csv = Vec::new();
        write_ranking_csv(&mut csv, &view.run_id, &list.offers, view.audience)?;
        files.push((name(stem, "csv"), csv));
    }
    Ok(files)
}

/// The card of the model that ranks.
async fn promoted_card(run: &Seen) -> Result<Option<String>> {
    let models = run.relation("models").await?;
    Ok(rows(&models).find(|row| row.flag("promoted") == Some(true)).and_then(|row| row.text("card")))
}
