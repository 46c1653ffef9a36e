//! Publish stage: writes the files of every exporter, and the relations as plain Parquet.

use std::path::PathBuf;

use anyhow::Result;
use slotcast_lake::{Namespace, Publications, Snapshot, TableId};
use slotcast_publish::EXPORTERS;
use slotcast_stats::is_intermediate;

use super::{
    night::Night,
    page_view::{PublicationInput, page_view},
    train::champion_row,
};
use crate::{active_run::RowCounts, run_snapshot::RunSnapshot};

/// Writes the publication of the run. `latest` moves only after the end of the run.
pub(crate) async fn publish(night: &Night<'_>, input: PublicationInput<'_>) -> Result<(PathBuf, RowCounts)> {
    let (run, settings) = (&night.run, night.settings);
    let n = input.lists.iter().map(|list| list.offers.len()).sum();
    let view = page_view(run, settings, input).await?;
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for exporter in EXPORTERS {
        let exported = exporter.files(&view, settings.lang())?;
        files.extend(exported.into_iter().map(|file| (file.name, file.bytes)));
    }
    if let Some(card) = champion_card(run).await? {
        files.push(("model-card.md".to_owned(), card.into_bytes()));
    }
    let relations = published_relations(run).await?;
    let folder =
        Publications::new(&run.lake).write_publication(&view.run_id, &relations, &files, view.audience)?;
    Ok((folder, RowCounts { input: n, output: n }))
}

async fn published_relations(run: &RunSnapshot) -> Result<Vec<Snapshot>> {
    let mut relations = Vec::new();
    for (name, version) in &run.tables {
        let is_published =
            |table: &TableId| table.namespace == Namespace::Relations && !is_intermediate(&table.name);
        if let Some(table) = TableId::parse(name).filter(is_published) {
            relations.push(run.lake.at(&table, *version).await?);
        }
    }
    Ok(relations)
}

async fn champion_card(run: &RunSnapshot) -> Result<Option<String>> {
    let models = run.relation("models").await?;
    Ok(champion_row(&models).and_then(|row| row.text("card")))
}
