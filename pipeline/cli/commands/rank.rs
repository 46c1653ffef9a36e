//! `slotcast rank`: scores and ranks the offers of the next slot, and prints the list.

use anyhow::Result;

use super::Outcome;
use crate::{
    args::{Common, Format, Language},
    commands::sql::visible_tables,
    lake_door::{Moment, begin, slot_to_rank},
    printer::Printer,
    settings::Settings,
    stages,
    tables::print_rows,
};

pub(crate) async fn rank(common: &Common, settings: &Settings, printer: &Printer) -> Result<Outcome> {
    let moment = Moment::AsBuilt("offer_features");
    let inputs = ["offer_features", "outcome_versions", "models"];
    if let Some(mut run) = begin(common, settings, printer, "rank", moment, &inputs).await? {
        let slot = slot_to_rank(&run.lake, run.as_of, common.slot)?;
        let work = async |run: &mut _| stages::rank::rank(run, settings, printer, slot).await;
        run.stage(printer, "rank", work).await?;
        run.finish().await?;
    }
    let lake = slotcast_lake::Lake::open(&settings.lake)?;
    print_ranking(common, settings.language, printer, &lake, None).await?;
    Ok(Outcome::Done)
}

/// Prints the visible list, or its first rows.
pub(crate) async fn print_ranking(
    common: &Common,
    language: Language,
    printer: &Printer,
    lake: &slotcast_lake::Lake,
    first: Option<usize>,
) -> Result<()> {
    let reasons = match language {
        Language::Ko => "reasons_ko",
        Language::En => "reasons_en",
    };
    let columns = match common.format {
        Format::Table => format!(
            "rank, slot_date, candidate_id, title, round(p_hit, 3) AS p_hit, round(p_low, 2) AS p_low, \
             round(p_high, 2) AS p_high, threshold, {reasons} AS reasons"
        ),
        _ => "*".to_owned(),
    };
    let session = slotcast_stats::UserSession::open(
        &visible_tables(lake, None).await?,
        slotcast_stats::Limits::none(),
        slotcast_core::Audience::Everyone,
    )?;
    let query = format!("SELECT {columns} FROM rankings ORDER BY slot_date, rank");
    let (schema, batches) = session.ask(&query, first).await?.all().await?;
    print_rows(printer, common.format, &schema, &batches)
}
