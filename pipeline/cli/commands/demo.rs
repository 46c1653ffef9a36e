//! `slotcast demo`: a small made market, a night on it, the top of its list.

use std::path::Path;

use anyhow::{Context, Result};
use slotcast_core::{DateTime, SlotCalendar, Utc};
use slotcast_lake::{Lake, Published};
use slotcast_simulate::{FileForm, Market, MarketSpec, Preset, Writing};

use super::{Outcome, nightly::nightly, rank::print_ranking};
use crate::{
    args::{Common, Source},
    failure::UserError,
    printer::Printer,
    settings::Settings,
};

/// The evening of a Thursday: the next slot is not decided yet.
const AS_OF: &str = "2017-04-13T21:30:00+09:00";
const MARK: &str = ".slotcast-demo";
const SHOWN: usize = 10;
const SLOTS: u32 = 60;
const SEED: u64 = 7;

pub(crate) async fn demo(
    common: &Common,
    settings: Settings,
    printer: &Printer,
    out: &Path,
) -> Result<Outcome> {
    make_room(out)?;
    let as_of = AS_OF.parse().expect("a moment in RFC 3339");
    printer.say("making a market of sixty weekly slots (made data, nobody's orders)");
    let market = Market::new(spec(as_of)?, SEED)?;
    let writing = Writing { form: FileForm::Csv, since: None, until: as_of, threads: 2 };
    for mut file in market.files(&writing)?.0 {
        if file.path.starts_with("order_events/") && file.path.contains(&live_slot(as_of)) {
            spoil(&mut file.bytes);
        }
        let path = out.join("inbox").join(&file.path);
        let folder = path.parent().context("a file lies in a folder")?;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        std::fs::write(&path, &file.bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let lake = out.join("lake");
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

/// Only a folder that an earlier demo made is replaced.
fn make_room(out: &Path) -> Result<()> {
    let mark = out.join(MARK);
    if out.exists() && !mark.exists() && std::fs::read_dir(out).is_ok_and(|mut files| files.next().is_some())
    {
        let message = format!("`{}` exists and was not made by a demo", out.display());
        return Err(UserError::new(message, "name another folder: `slotcast demo --out DIR`").into());
    }
    if mark.exists() {
        std::fs::remove_dir_all(out).with_context(|| format!("cannot empty `{}`", out.display()))?;
    }
    std::fs::create_dir_all(out).with_context(|| format!("cannot make `{}`", out.display()))?;
    std::fs::write(&mark, "").with_context(|| format!("cannot write `{}`", mark.display()))
}
