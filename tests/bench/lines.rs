//! Lines of the printed results.

use std::fmt;

use crate::measure::Measurement;

pub(crate) fn header(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(f, "{:<24}{:>10}{:>10}{:>14}  rounds", "", "seconds", "peak MiB", "rows/s")
}

/// Median, peak memory and seconds of each round; nothing without a round.
pub(crate) fn line(f: &mut fmt::Formatter<'_>, name: &str, rounds: &[Measurement], rows: u64) -> fmt::Result {
    if rounds.is_empty() {
        return Ok(());
    }
    let seconds = median(rounds);
    let peak = rounds.iter().map(Measurement::peak_mib).max().unwrap_or(0);
    write!(f, "{name:<24}{seconds:>10.2}{peak:>10}{:>14.0} ", rows as f64 / seconds)?;
    rounds.iter().try_for_each(|round| write!(f, " {:.2}", round.seconds))?;
    writeln!(f)
}

/// Ratio of two medians; nothing without both.
pub(crate) fn ratio(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    over: &[Measurement],
    under: &[Measurement],
) -> fmt::Result {
    if over.is_empty() || under.is_empty() {
        return Ok(());
    }
    writeln!(f, "{name:<24}{:>10.4}", median(over) / median(under))
}

fn median(rounds: &[Measurement]) -> f64 {
    let mut seconds: Vec<f64> = rounds.iter().map(|round| round.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let middle = seconds.len() / 2;
    if seconds.len() % 2 == 1 { seconds[middle] } else { (seconds[middle - 1] + seconds[middle]) / 2.0 }
}

pub(crate) fn mib(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}
