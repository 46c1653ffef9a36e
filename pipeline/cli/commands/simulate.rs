//! `slotcast simulate`: an inbox of a made market, and its truth beside it.

use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use slotcast_core::{DateTime, SlotCalendar, Utc};
use slotcast_simulate::{Counts, FileForm, Market, MarketSpec, Preset, Writing};

use super::Outcome;
use crate::{
    failure::UserError,
    made_folder::{LAKE, MadeFolder},
    printer::{Pipe, Printer},
    settings::parse_as_of,
};

const TRUTH: &str = "truth.parquet";
const CONFIG: &str = "slotcast.toml";

/// What was asked for.
pub(crate) struct Asked<'a> {
    pub(crate) preset: &'a str,
    pub(crate) spec: Option<&'a Path>,
    pub(crate) set: &'a [String],
    pub(crate) seed: u64,
    /// Nowhere: the numbers are only shown.
    pub(crate) out: Option<&'a Path>,
    pub(crate) form: FileForm,
    pub(crate) until: Option<&'a str>,
    pub(crate) since: Option<&'a str>,
    pub(crate) threads: usize,
}

pub(crate) fn simulate(printer: &Printer, asked: &Asked<'_>) -> Result<Outcome> {
    let spec = spec(asked)?;
    let Some(out) = asked.out else {
        write!(Pipe::default(), "{}", spec.to_toml()).context("cannot write to stdout")?;
        return Ok(Outcome::Done);
    };
    let market = Market::new(spec, asked.seed)?;
    let calendar = market.calendar();
    let moment = |text: &str| parse_as_of(text, &calendar);
    let since = asked.since.map(moment).transpose()?;
    let until = asked.until.map(moment).transpose()?.unwrap_or_else(|| market.default_until());
    let mut made = MadeFolder::take(out, "simulate")?;
    if since.is_none() {
        made.clear()?;
    }
    let inbox = out.join("inbox");
    let open = |path: &str| -> io::Result<Box<dyn Write + Send>> {
        let file = made.create(&format!("inbox/{path}"))?;
        Ok(Box::new(BufWriter::with_capacity(1 << 18, file)))
    };
    let steps = printer.steps(market.spec().market.slots as usize, "slots");
    let writing = Writing { form: asked.form, since, until, threads: asked.threads };
    let counts = market.write_inbox(&writing, &open, &|done, of| steps.done(done, of))?;
    drop(steps);
    let truth = out.join(TRUTH);
    let cannot_write = |path: &Path| format!("cannot write `{}`", path.display());
    let mut file = BufWriter::new(made.create(TRUTH).with_context(|| cannot_write(&truth))?);
    market.write_truth(asked.threads, &mut file)?;
    file.flush().with_context(|| cannot_write(&truth))?;
    let config = out.join(CONFIG);
    let text = config_text(&market, &out.join(LAKE));
    let result = made.create(CONFIG).and_then(|mut file| file.write_all(text.as_bytes()));
    result.with_context(|| cannot_write(&config))?;
    made.finish()?;
    say(printer, &market, &counts);
    let as_of = written(until, &calendar);
    printer.say(format!(
        "\nnext:\n  slotcast nightly --config {config} --inbox {inbox} --history --as-of {as_of}\n  \
         slotcast evaluate --config {config} --truth {truth}",
        config = config.display(),
        inbox = inbox.display(),
        truth = truth.display(),
    ));
    Ok(Outcome::Done)
}

fn spec(asked: &Asked<'_>) -> Result<MarketSpec> {
    let mut spec = match asked.spec {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            MarketSpec::from_toml(&text).with_context(|| format!("`{}`", path.display()))?
        }
        None => MarketSpec::preset(asked.preset.parse::<Preset>()?),
    };
    for pair in asked.set {
        let Some((path, value)) = pair.split_once('=') else {
            let message = format!("`--set {pair}` has no `=`");
            return Err(UserError::new(message, "write it as `--set demand.dispersion=2`").into());
        };
        spec.set(path.trim(), value.trim())?;
    }
    spec.check()?;
    Ok(spec)
}

/// Settings with which a night understands the market.
fn config_text(market: &Market, lake: &Path) -> String {
    let own = &market.spec().market;
    let lake = lake.display().to_string();
    format!(
        "lake = {lake:?}\n\n[slots]\nweekday = \"Tue\"\ntime = \"10:00\"\nzone = {:?}\n\n[rank]\nseats = {}\n",
        own.zone, own.seats
    )
}

fn written(at: DateTime<Utc>, calendar: &SlotCalendar) -> String {
    at.with_timezone(&calendar.zone()).to_rfc3339()
}

fn say(printer: &Printer, market: &Market, counts: &Counts) {
    let own = &market.spec().market;
    printer.say(format!(
        "{} slots of {} seats, {:.1} % of the campaigns hit; {} rows (made data, nobody's orders):",
        own.slots,
        own.seats,
        market.hit_rate() * 100.0,
        counts.rows()
    ));
    printer.say(format!(
        "  candidates {}, campaigns {}, order_events {}, page_views {}, social_signals {}",
        counts.candidates, counts.campaigns, counts.order_events, counts.page_views, counts.social_signals
    ));
    printer.detail(format!(
        "  sold out {}, bots {}, bulk orders {}, gifts {}, corrections {}, late rows {}, repeated rows {}",
        counts.sold_out,
        counts.bots,
        counts.bulk_orders,
        counts.gifts,
        counts.corrections,
        counts.late_rows,
        counts.repeated_rows
    ));
}
