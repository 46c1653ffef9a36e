//! Chart of the hit rates of past slots: lines with dots.

use super::axis::{Dot, Point, coordinate, latest, polylines, slot_x};
use crate::{
    number_format::percent,
    page::{bilingual::Bilingual, dates::day},
    view::SlotHistoryRow,
};

const TOP: f64 = 10.0;
const BOTTOM: f64 = 130.0;

/// The chart.
#[derive(Clone, Debug)]
pub(crate) struct HistoryChart {
    /// Polylines through adjacent slots that have a rate.
    pub(crate) lines: Vec<String>,
    pub(crate) dots: Vec<Dot>,
    /// Y-coordinates and texts of the ticks.
    pub(crate) ticks: Vec<(String, &'static str)>,
    pub(crate) first: Bilingual,
    pub(crate) last: Bilingual,
}

impl HistoryChart {
    /// The chart of the latest slots; `None` if no slot has a rate.
    pub(crate) fn new(rows: &[SlotHistoryRow]) -> Option<Self> {
        let rows = latest(rows, |row| row.slot_date);
        let points: Vec<Option<Point>> = rows
            .iter()
            .enumerate()
            .map(|(index, row)| {
                let rate = row.hit_rate.filter(|rate| (0.0..=1.0).contains(rate))?;
                Some((slot_x(index, rows.len()), y(rate)))
            })
            .collect();
        let dots: Vec<Dot> = rows
            .iter()
            .zip(&points)
            .filter_map(|(row, point)| {
                let (rate, (x, y)) = (row.hit_rate?, (*point)?);
                Some(Dot {
                    x: coordinate(x),
                    y: coordinate(y),
                    title: format!(
                        "{}: {}/{} = {}",
                        row.slot_date,
                        row.hits.unwrap_or_default(),
                        row.campaigns,
                        percent(rate)
                    ),
                })
            })
            .collect();
        if dots.is_empty() {
            return None;
        }
        let tick = |rate, text| (coordinate(y(rate)), text);
        Some(Self {
            lines: polylines(&points),
            dots,
            ticks: vec![tick(1.0, "100 %"), tick(0.5, "50 %"), tick(0.0, "0 %")],
            first: day(rows.first()?.slot_date),
            last: day(rows.last()?.slot_date),
        })
    }
}

fn y(rate: f64) -> f64 {
    BOTTOM - rate * (BOTTOM - TOP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::sample;

    #[test]
    fn a_slot_without_a_rate_breaks_the_line() {
        let mut rows = sample::page().slot_history;
        rows.reverse();
        let chart = HistoryChart::new(&rows).unwrap();
        assert_eq!((chart.lines.len(), chart.dots.len()), (2, rows.len() - 1));
        assert_eq!((chart.first.clone(), chart.dots[0].x.as_str()), (day(rows[35].slot_date), "44.0"));
    }

    #[test]
    fn one_slot_is_a_dot_and_none_is_no_chart() {
        let rows = sample::page().slot_history;
        let chart = HistoryChart::new(&rows[..1]).unwrap();
        assert_eq!((chart.lines.as_slice(), chart.dots.len()), (&["41.0,65.0 47.0,65.0".to_owned()][..], 1));
        assert!(HistoryChart::new(&[]).is_none());
    }
}
