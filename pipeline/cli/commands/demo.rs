//! `slotcast demo`: a small made market, a night on it, the top of its list.

use std::{
    io::{ErrorKind, Write},
    path::Path,
};

use anyhow::{Context, Result};
use slotcast_core::{DateTime, SlotCalendar, Utc};
use slotcast_lake::{Lake, Layout, Published};
use slotcast_simulate::{FileForm, Market, MarketSpec, Preset, Writing};

use super::{Outcome, nightly::nightly, rank::print_ranking};
use crate::{
    args::{Common, Source},
    lake_door::lock,
    made_folder::{LAKE, MadeFolder, not_made},
    printer::Printer,
    settings::Settings,
};

/// The evening of a Thursday: the next slot is not decided yet.
const AS_OF: &str = "2017-04-13T21:30:00+09:00";
const SHOWN: usize = 10;
const SLOTS: u32 = 60;
const SEED: u64 = 7;

pub(crate) async fn demo(
    common: &Common,
    settings: Settings,
    printer: &Printer,
    out: &Path,
) -> Result<Outcome> {
    let mut made = MadeFolder::take(out, "demo")?;
    make_room(common, printer, &mut made).await?;
    let as_of = AS_OF.parse().expect("a moment in RFC 3339");
    printer.say("making a market of sixty weekly slots (made data, nobody's orders)");
    let market = Market::new(spec(as_of)?, SEED)?;
    let writing = Writing { form: FileForm::Csv, since: None, until: as_of, threads: 2 };
    for mut file in market.files(&writing)?.0 {
        if file.path.starts_with("order_events/") && file.path.contains(&live_slot(as_of)) {
            spoil(&mut file.bytes);
        }
        let name = format!("inbox/{}", file.path);
        let written = made.create(&name).and_then(|mut to| to.write_all(&file.bytes));
        written.with_context(|| format!("cannot write `{}`", made.path(&name).display()))?;
    }
    made.finish()?;
    let lake = out.join(LAKE);
    let settings = Settings { lake: lake.clone(), market: slotcast_lake::Market::default(), ..settings };
    let common = Common { as_of: Some(AS_OF.to_owned()), slot: None, ..common.clone() };
    let source = Source { source: None, history: true, strict: false };
    nightly(&common, &settings, printer, &out.join("inbox"), &source).await?;
    let lake = Lake::open(&lake)?;
    print_ranking(&common, settings.language, printer, &lake, Some(SHOWN)).await?;
    let page = Published::of(&lake).latest().join("index.html");
    printer.say(format!("the whole list, with reasons: {}", page.display()));
    printer.say(format!(
        "ask it: slotcast sql --lake {} \"select * from moq_rates where dimension = 'category'\"",
        lake.layout().root().display()
    ));
    Ok(Outcome::Done)
}

/// The slot that runs at a moment, as files are named.
fn live_slot(as_of: DateTime<Utc>) -> String {
    SlotCalendar::default().slot_of(as_of).date.to_string()
}

/// Adds a line that cannot be read, so that there is something to see among the rejects.
fn spoil(bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(b"e-by-hand,o-by-hand,cp-by-hand,,,placed,yesterday,two,,app,false,\n");
}

/// The market of 2016 with fewer rows, the last of whose slots is live at `as_of`.
fn spec(as_of: DateTime<Utc>) -> Result<MarketSpec> {
    let calendar = SlotCalendar::default();
    let live = calendar.slot_of(as_of);
    let first =
        (1..SLOTS).fold(live, |slot, _| calendar.slot_of(slot.opens_at - chrono::TimeDelta::seconds(1)));
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

/// Removes what an earlier demo made, once everything in the folder is known to be that.
async fn make_room(common: &Common, printer: &Printer, made: &mut MadeFolder) -> Result<()> {
    let lake = made.path(LAKE);
    let layout = Layout::new(&lake);
    if let Some(foreign) = layout.foreign_entry() {
        return Err(not_made(&foreign, "demo").into());
    }
    // One that was killed may have left a lake that is none yet.
    let is_lake = layout.market().exists();
    let held = if is_lake { Some(Lake::open(&lake)?) } else { None };
    if let Some(held) = held {
        let _lock = lock(common, printer, &held, "demo")?;
        let runs = held.runs().await?.0;
        let as_of: DateTime<Utc> = AS_OF.parse().expect("a moment in RFC 3339");
        if !runs.is_empty() && !runs.iter().any(|run| run.verb == "nightly" && run.as_of == as_of) {
            return Err(not_made(&lake, "demo").into());
        }
    }
    made.clear()?;
    match std::fs::remove_dir_all(&lake) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove `{}`", lake.display()))
        }
        _ => Ok(()),
    }
}
