//! Hit rates of past slots as a line with dots. Positions only; the template draws.

use crate::{figures::percent, view::SlotHistoryRow};

const WIDTH: f64 = 720.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 130.0;

/// A year and a half of weekly slots; more dots would run into each other.
const MOST_SLOTS: usize = 78;

/// The chart.
#[derive(Clone, Debug)]
pub(crate) struct HistoryChart {
    /// Lines through neighbouring slots that both have a rate.
    pub(crate) lines: Vec<String>,
    pub(crate) dots: Vec<Dot>,
    /// Height and text of the marks on the axis.
    pub(crate) marks: Vec<(String, &'static str)>,
    pub(crate) first: String,
    pub(crate) last: String,
}

/// A slot.
#[derive(Clone, Debug)]
pub(crate) struct Dot {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) title: String,
}

impl HistoryChart {
    /// The chart of the latest slots; `None` where no slot has a rate.
    pub(crate) fn new(rows: &[SlotHistoryRow]) -> Option<Self> {
        let mut rows: Vec<&SlotHistoryRow> = rows.iter().collect();
        rows.sort_by_key(|row| row.slot_date);
        let rows = &rows[rows.len().saturating_sub(MOST_SLOTS)..];
        let step = (WIDTH - LEFT - RIGHT) / (rows.len().max(2) - 1) as f64;
        let points: Vec<Option<Dot>> = rows
            .iter()
            .enumerate()
            .map(|(place, row)| {
                let rate = row.hit_rate.filter(|rate| (0.0..=1.0).contains(rate))?;
                Some(Dot {
                    x: format!("{:.1}", LEFT + step * place as f64),
                    y: y(rate),
                    title: format!("{}: {}/{} = {}", row.slot_date, row.hits, row.campaigns, percent(rate)),
                })
            })
            .collect();
        let lines = points
            .split(Option::is_none)
            .filter(|run| run.len() > 1)
            .map(|run| {
                run.iter().flatten().map(|dot| format!("{},{}", dot.x, dot.y)).collect::<Vec<_>>().join(" ")
            })
            .collect();
        let dots: Vec<Dot> = points.into_iter().flatten().collect();
        if dots.is_empty() {
            return None;
        }
        Some(Self {
            lines,
            dots,
            marks: vec![(y(1.0), "100 %"), (y(0.5), "50 %"), (y(0.0), "0 %")],
            first: rows.first()?.slot_date.to_string(),
            last: rows.last()?.slot_date.to_string(),
        })
    }
}

fn y(rate: f64) -> String {
    format!("{:.1}", BOTTOM - rate * (BOTTOM - TOP))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_slot_without_a_rate_breaks_the_line() {
        let mut rows = sample::page().slot_history;
        rows.reverse();
        let chart = HistoryChart::new(&rows).unwrap();
        assert_eq!((chart.lines.len(), chart.dots.len()), (2, rows.len() - 1));
        assert_eq!((chart.first.as_str(), chart.dots[0].x.as_str()), ("2015-06-02", "44.0"));
    }

    #[test]
    fn one_slot_is_a_dot_and_none_is_no_chart() {
        let rows = sample::page().slot_history;
        let chart = HistoryChart::new(&rows[..1]).unwrap();
        assert_eq!((chart.lines.len(), chart.dots.len()), (0, 1));
        assert!(HistoryChart::new(&[]).is_none());
    }
}
