//! `slotcast demo`: a small made market, a night on it, the top of its list.

use std::path::Path;

use anyhow::{Context, Result};
use slotcast_core::SlotCalendar;
use slotcast_lake::{Lake, Published};
use slotcast_simulate::{DemoMarket, demo_market};

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

pub(crate) async fn demo(
    common: &Common,
    settings: Settings,
    printer: &Printer,
    out: &Path,
) -> Result<Outcome> {
    make_room(out)?;
    let as_of = AS_OF.parse().expect("a moment in RFC 3339");
    printer.say("making a market of sixty weekly slots (made data, nobody's orders)");
    for file in demo_market(&DemoMarket::until(SlotCalendar::default(), as_of))? {
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
