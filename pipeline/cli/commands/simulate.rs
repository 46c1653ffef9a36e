//! `slotcast simulate`: writes the inbox of a simulated market, and its truth.

use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

use anyhow::{Context as _, Result};
use slotcast_core::{DateTime, SlotCalendar, Utc};
use slotcast_simulate::{Market, MarketCounts, MarketSpec, OutputFormat, Preset, WriteOptions};

use crate::{
    failure::UserError,
    generated_folder::{GeneratedFolder, LAKE},
    outcome::Outcome,
    printer::Printer,
    settings::parse_as_of,
    stdout::Stdout,
};

const TRUTH: &str = "truth.parquet";
const CONFIG: &str = "slotcast.toml";

/// Options of the verb.
pub(super) struct SimulateOptions<'a> {
    pub(super) preset: &'a str,
    pub(super) spec: Option<&'a Path>,
    pub(super) set: &'a [String],
    pub(super) seed: u64,
    /// Folder to write; `None` prints the parameters only.
    pub(super) out: Option<&'a Path>,
    pub(super) format: OutputFormat,
    pub(super) until: Option<&'a str>,
    pub(super) since: Option<&'a str>,
    pub(super) threads: usize,
}

pub(super) fn simulate(printer: &Printer, options: &SimulateOptions<'_>) -> Result<Outcome> {
    let spec = spec(options)?;
    let Some(out) = options.out else {
        write!(Stdout::default(), "{}", spec.to_toml()).context("cannot write to stdout")?;
        return Ok(Outcome::Completed);
    };
    let market = Market::new(spec, options.seed)?;
    let calendar = market.calendar();
    let timestamp = |text: &str| parse_as_of(text, &calendar);
    let since = options.since.map(timestamp).transpose()?;
    let until = options.until.map(timestamp).transpose()?.unwrap_or_else(|| market.default_until());
    let mut folder = GeneratedFolder::open(out, "simulate")?;
    if since.is_none() {
        folder.clear()?;
    }
    let open = |path: &str| -> io::Result<Box<dyn Write + Send>> {
        let file = folder.create(&format!("inbox/{path}"))?;
        Ok(Box::new(BufWriter::with_capacity(1 << 18, file)))
    };
    let progress = printer.step_progress(market.spec().market.slots as usize, "slots");
    let writing = WriteOptions { format: options.format, since, until, threads: options.threads };
    let counts = market.write_inbox(&writing, &open, &|done, total| progress.set(done, total))?;
    drop(progress);
    let (truth, config) = (out.join(TRUTH), out.join(CONFIG));
    let cannot_write = |path: &Path| format!("cannot write `{}`", path.display());
    let mut file = BufWriter::new(folder.create(TRUTH).with_context(|| cannot_write(&truth))?);
    market.write_truth(options.threads, &mut file)?;
    file.flush().with_context(|| cannot_write(&truth))?;
    let text = config_text(&market, &out.join(LAKE));
    let result = folder.create(CONFIG).and_then(|mut file| file.write_all(text.as_bytes()));
    result.with_context(|| cannot_write(&config))?;
    folder.finish()?;
    print_counts(printer, &market, &counts);
    printer.info(format!(
        "\nnext:\n  slotcast nightly --config {config} --inbox {inbox} --history --as-of {as_of}\n  \
         slotcast evaluate --config {config} --truth {truth}",
        config = config.display(),
        inbox = out.join("inbox").display(),
        as_of = local_text(until, &calendar),
        truth = truth.display(),
    ));
    Ok(Outcome::Completed)
}

/// The parameters: a preset or a file, with the values of `--set`.
fn spec(options: &SimulateOptions<'_>) -> Result<MarketSpec> {
    let mut spec = match options.spec {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            MarketSpec::from_toml(&text).with_context(|| format!("`{}`", path.display()))?
        }
        None => MarketSpec::preset(options.preset.parse::<Preset>()?),
    };
    for pair in options.set {
        let Some((path, value)) = pair.split_once('=') else {
            let message = format!("`--set {pair}` has no `=`");
            return Err(UserError::new(message, "write it like `--set demand.dispersion=2`").into());
        };
        spec.set(path.trim(), value.trim())?;
    }
    spec.check()?;
    Ok(spec)
}

/// Settings file for nights on the market.
fn config_text(market: &Market, lake: &Path) -> String {
    let own = &market.spec().market;
    let lake = lake.display().to_string();
    format!(
        "lake = {lake:?}\n\n[slots]\nweekday = \"Tue\"\ntime = \"10:00\"\nzone = {:?}\n\n[rank]\nseats = {}\n",
        own.zone, own.seats
    )
}

fn local_text(at: DateTime<Utc>, calendar: &SlotCalendar) -> String {
    at.with_timezone(&calendar.zone()).to_rfc3339()
}

fn print_counts(printer: &Printer, market: &Market, counts: &MarketCounts) {
    let own = &market.spec().market;
    printer.info(format!(
        "{} slots of {} seats, {:.1} % of campaigns hit; {} rows (simulated data):",
        own.slots,
        own.seats,
        market.hit_rate() * 100.0,
        counts.rows()
    ));
    printer.info(format!(
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
