//! `slotcast explain ID`: why one offer stands where it stands, and what would be under other terms.

use anyhow::Result;
use slotcast_core::Audience;
use slotcast_lake::Lake;
use slotcast_publish::{Explanation, explanation_json, explanation_text};

use super::Outcome;
use crate::{
    args::{Common, Format},
    failure::UserError,
    lake_door::slot_to_rank,
    printer::{Pipe, Printer},
    seen::Seen,
    settings::Settings,
    stages::{
        page_view::Told,
        rank::ranked_lists,
        what_if::{Terms, what_if},
    },
};

/// What was asked.
pub(crate) struct Asked<'a> {
    pub(crate) id: &'a str,
    pub(crate) terms: Terms,
    pub(crate) run: Option<&'a str>,
    pub(crate) audience: Audience,
}

pub(crate) async fn explain(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    asked: &Asked<'_>,
) -> Result<Outcome> {
    use std::io::Write;
    if !matches!(common.format, Format::Table | Format::Json) {
        return Err(UserError::new(
            "an explanation is no table, so there is no CSV or Parquet of it",
            "`--format json`, or `slotcast sql \"select * from contributions\"`",
        )
        .into());
    }
    let seen = Seen::by(Lake::open(&settings.lake)?, asked.run).await?;
    let slot = slot_to_rank(&seen.lake, seen.as_of, common.slot)?;
    let lists = ranked_lists(&seen, settings, slot).await?;
    let found = lists
        .iter()
        .find_map(|list| Some((list, list.offers.iter().find(|ranked| ranked.scored.offer.id == asked.id)?)));
    let Some((list, ranked)) = found else { return Err(not_listed(asked.id, &seen, &lists).into()) };
    let what_if = match asked.terms.are_asked() {
        true => Some(what_if(&seen, list, &ranked.scored, asked.terms, settings.lang()).await?),
        false => None,
    };
    let beside = Told::of(&seen).await?;
    let (view, currency) = (beside.view(list.slot.date, ranked), beside.currency(&seen));
    let told = Explanation {
        run_id: &seen.run_id,
        slot: list.slot,
        is_preliminary: list.is_preliminary,
        listed: list.offers.len(),
        start: list.model.as_ref().map_or(0.0, |model| model.intercept()),
        currency: currency.as_deref(),
        offer: &view,
        what_if,
        audience: asked.audience,
    };
    let text = match common.format {
        Format::Json => explanation_json(&told, &seen.run_id.parse()?)?,
        _ => explanation_text(&told, settings.lang()),
    };
    let mut pipe = Pipe::default();
    pipe.write_all(text.as_bytes())?;
    pipe.flush()?;
    printer.detail(format!("as run {} saw it", seen.run_id));
    Ok(Outcome::Done)
}

fn not_listed(id: &str, seen: &Seen, lists: &[crate::stages::rank::RankedList]) -> UserError {
    let slots: Vec<String> = lists.iter().map(|list| list.slot.date.to_string()).collect();
    UserError::new(
        format!("offer `{id}` is on no list of run `{}` (slot {})", seen.run_id, slots.join(", ")),
        "`slotcast sql \"select candidate_id, title from rankings\"` lists the offers; `--slot DATE` or `--run RUN_ID` asks about another list",
    )
}
