//! Hit rates of past slots as a line with dots. Positions only; the template draws.

use super::{
    both::Both,
    dates::day,
    plot::{Dot, Point, coordinate, latest, lines, slot_x},
};
use crate::{figures::percent, view::SlotHistoryRow};

const TOP: f64 = 10.0;
const BOTTOM: f64 = 130.0;

/// The chart.
#[derive(Clone, Debug)]
pub(crate) struct HistoryChart {
    /// Lines through neighbouring slots that both have a rate.
    pub(crate) lines: Vec<String>,
    pub(crate) dots: Vec<Dot>,
    /// Height and text of the marks on the axis.
    pub(crate) marks: Vec<(String, &'static str)>,
    pub(crate) first: Both,
    pub(crate) last: Both,
}

impl HistoryChart {
    /// The chart of the latest slots; `None` where no slot has a rate.
    pub(crate) fn new(rows: &[SlotHistoryRow]) -> Option<Self> {
        let rows = latest(rows, |row| row.slot_date);
        let points: Vec<Option<Point>> = rows
            .iter()
            .enumerate()
            .map(|(place, row)| {
                let rate = row.hit_rate.filter(|rate| (0.0..=1.0).contains(rate))?;
                Some((slot_x(place, rows.len()), y(rate)))
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
                    title: format!("{}: {}/{} = {}", row.slot_date, row.hits, row.campaigns, percent(rate)),
                })
            })
            .collect();
        if dots.is_empty() {
            return None;
        }
        let mark = |rate, text| (coordinate(y(rate)), text);
        Some(Self {
            lines: lines(&points),
            dots,
            marks: vec![mark(1.0, "100 %"), mark(0.5, "50 %"), mark(0.0, "0 %")],
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
    use crate::sample;

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
