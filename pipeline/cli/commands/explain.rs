//! `slotcast explain ID`: explains the rank of an offer, with what-if results under other terms.

use std::io::Write as _;

use anyhow::Result;
use slotcast_core::Audience;
use slotcast_forecast::{OfferTerms, RankedList};
use slotcast_lake::Lake;
use slotcast_publish::{Explanation, explanation_json, explanation_text};

use crate::{
    args::Format,
    context::Context,
    failure::UserError,
    open_run::slot_to_rank,
    outcome::Outcome,
    run_snapshot::RunSnapshot,
    stages::{offer_context::OfferContext, rank::ranked_lists, what_if::what_if},
    stdout::Stdout,
};

/// Options of the verb.
pub(super) struct ExplainOptions<'a> {
    pub(super) id: &'a str,
    /// Other terms for the what-if result.
    pub(super) terms: OfferTerms,
    pub(super) run_id: Option<&'a str>,
    pub(super) audience: Audience,
}

pub(super) async fn explain(context: Context<'_>, options: &ExplainOptions<'_>) -> Result<Outcome> {
    let Context { common, settings, printer } = context;
    if !matches!(common.format, Format::Table | Format::Json) {
        return Err(UserError::new(
            "an explanation is not a table, so it cannot be written as CSV or Parquet",
            "use `--format json`, or `slotcast sql \"select * from contributions\"`",
        )
        .into());
    }
    let run = RunSnapshot::open(Lake::open(&settings.lake)?, options.run_id).await?;
    let slot = slot_to_rank(&run.lake, run.as_of, common.slot)?;
    let lists = ranked_lists(&run, settings, slot).await?;
    let found = lists.iter().find_map(|list| {
        Some((list, list.offers.iter().find(|ranked| ranked.scored.offer.id == options.id)?))
    });
    let Some((list, ranked)) = found else { return Err(not_listed(options.id, &run, &lists).into()) };
    let what_if = match !options.terms.is_empty() {
        true => Some(what_if(&run, list, &ranked.scored, options.terms, settings.lang()).await?),
        false => None,
    };
    let offers = OfferContext::load(&run).await?;
    let (view, currency) = (offers.view(list.slot.date, ranked), offers.currency(&run));
    let explanation = Explanation {
        run_id: &run.run_id,
        slot: list.slot,
        is_preliminary: list.is_preliminary,
        n_offers: list.offers.len(),
        intercept: list.intercept(),
        currency: currency.as_deref(),
        offer: &view,
        what_if,
        audience: options.audience,
    };
    let text = match common.format {
        Format::Json => explanation_json(&explanation, &run.run_id.parse()?)?,
        _ => explanation_text(&explanation, settings.lang()),
    };
    let mut stdout = Stdout::default();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    printer.detail(format!("based on run {}", run.run_id));
    Ok(Outcome::Completed)
}

fn not_listed(id: &str, run: &RunSnapshot, lists: &[RankedList]) -> UserError {
    let slots: Vec<String> = lists.iter().map(|list| list.slot.date.to_string()).collect();
    UserError::new(
        format!("offer `{id}` is not on the list of run `{}` (slot {})", run.run_id, slots.join(", ")),
        "`slotcast sql \"select candidate_id, title from rankings\"` lists the offers; `--slot DATE` or `--run RUN_ID` selects another list",
    )
}
