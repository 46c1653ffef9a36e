//! `slotcast demo`: creates a small simulated market, runs a night on it, and prints the top of the list.

use std::{
    io::{ErrorKind, Write as _},
    path::Path,
};

use anyhow::{Context as _, Result};
use chrono::TimeDelta;
use slotcast_core::{DateTime, SlotCalendar, Utc};
use slotcast_lake::{Lake, Layout, MarketConfig, Publications};
use slotcast_simulate::{Market, MarketSpec, OutputFormat, Preset, WriteOptions};

use super::{nightly::nightly, rank::print_ranking};
use crate::{
    args::{CommonArgs, SourceArgs},
    context::Context,
    generated_folder::{GeneratedFolder, LAKE, foreign_entry_error},
    open_run::lock,
    outcome::Outcome,
    settings::{Settings, StatedMarket},
};

/// A Thursday evening, before the decision on the next slot.
const AS_OF: &str = "2017-04-13T21:30:00+09:00";
/// Number of printed offers.
const TOP_OFFERS: usize = 10;
const SLOTS: u32 = 60;
const SEED: u64 = 7;

/// A row that cannot be parsed, so that the demo has a rejected row.
const BAD_ROW: &[u8] = b"e-by-hand,o-by-hand,cp-by-hand,,,placed,yesterday,two,,app,false,\n";

pub(super) async fn demo(context: Context<'_>, out: &Path) -> Result<Outcome> {
    let printer = context.printer;
    let mut folder = GeneratedFolder::open(out, "demo")?;
    remove_earlier_demo(context, &mut folder).await?;
    printer.info(format!("simulating a market of {SLOTS} weekly slots"));
    write_inbox(&folder)?;
    folder.finish()?;
    let lake = out.join(LAKE);
    let settings = Settings {
        lake: lake.clone(),
        market: MarketConfig::default(),
        stated_market: StatedMarket::default(),
        ..context.settings.clone()
    };
    let common = CommonArgs { as_of: Some(AS_OF.to_owned()), slot: None, ..context.common.clone() };
    let context = Context { common: &common, settings: &settings, printer };
    let source = SourceArgs { source: None, history: true, strict: false, reload: Vec::new() };
    nightly(context, &out.join("inbox"), &source, false).await?;
    let lake = Lake::open(&lake)?;
    print_ranking(context, &lake, None, Some(TOP_OFFERS)).await?;
    let page = Publications::new(&lake).latest().join("index.html");
    printer.info(format!("full list with reasons: {}", page.display()));
    printer.info(format!(
        "example query: slotcast sql --lake {} \"select * from moq_rates where dimension = 'category'\"",
        lake.layout().root().display()
    ));
    Ok(Outcome::Completed)
}

fn as_of() -> DateTime<Utc> {
    AS_OF.parse().expect("a timestamp in RFC 3339")
}

/// Writes the inbox of the simulated market.
fn write_inbox(folder: &GeneratedFolder) -> Result<()> {
    let live_slot = SlotCalendar::default().slot_of(as_of()).date.to_string();
    let options = WriteOptions { format: OutputFormat::Csv, since: None, until: as_of(), threads: 2 };
    for mut file in Market::new(spec()?, SEED)?.files(&options)?.0 {
        if file.path.starts_with("order_events/") && file.path.contains(&live_slot) {
            file.bytes.extend_from_slice(BAD_ROW);
        }
        let name = format!("inbox/{}", file.path);
        let written = folder.create(&name).and_then(|mut to| to.write_all(&file.bytes));
        written.with_context(|| format!("cannot write `{}`", folder.path(&name).display()))?;
    }
    Ok(())
}

/// The market of 2016 with fewer rows. Its last slot is live at [`AS_OF`].
fn spec() -> Result<MarketSpec> {
    let calendar = SlotCalendar::default();
    let live = calendar.slot_of(as_of());
    let first = (1..SLOTS).fold(live, |slot, _| calendar.slot_of(slot.opens_at - TimeDelta::seconds(1)));
    let (slots, first) = (SLOTS.to_string(), format!("\"{}\"", first.date));
    let numbers = [
        ("market.slots", slots.as_str()),
        ("market.first_slot", first.as_str()),
        ("market.pool", "1.6"),
        ("signals.alert.median", "30"),
        ("signals.wish.median", "20"),
        ("signals.share.median", "8"),
        ("signals.like.median", "25"),
        ("views.conversion", "0.25"),
        ("views.lead_days", "2"),
    ];
    Ok(MarketSpec::preset(Preset::Y2016).with(&numbers)?)
}

/// Removes the files and the lake of an earlier demo, after a check that the folder contains nothing else.
async fn remove_earlier_demo(context: Context<'_>, folder: &mut GeneratedFolder) -> Result<()> {
    let path = folder.path(LAKE);
    let layout = Layout::new(&path);
    if let Some(foreign) = layout.foreign_entry() {
        return Err(foreign_entry_error(&foreign, "demo").into());
    }
    // A killed demo may have left an incomplete lake, which needs no lock.
    let lake = if layout.is_lake() { Some(Lake::open(&path)?) } else { None };
    if let Some(lake) = lake {
        let _lock = lock(context, &lake, "demo")?;
        let runs = lake.runs().await?.0;
        if !runs.is_empty() && !runs.iter().any(|run| run.verb == "nightly" && run.as_of == as_of()) {
            return Err(foreign_entry_error(&path, "demo").into());
        }
    }
    folder.clear()?;
    match std::fs::remove_dir_all(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove `{}`", path.display()))
        }
        _ => Ok(()),
    }
}
