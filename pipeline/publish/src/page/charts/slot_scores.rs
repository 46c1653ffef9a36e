//! Charts of the accuracy by slot: hits and expected hits, log loss of the model and of the base rate.

use super::axis::{Axis, Dot, Point, coordinate, latest, polylines, slot_x};
use crate::{
    number_format::{grouped, rounded},
    page::{bilingual::Bilingual, dates::day},
    view::SlotScore,
};

/// Top and bottom of the two panels.
const HITS: (f64, f64) = (10.0, 150.0);
const LOSSES: (f64, f64) = (10.0, 90.0);

/// Limit of a log loss: a larger value is an error and would flatten the chart.
const MAX_LOSS: f64 = 100.0;

/// Both panels, for the same slots.
#[derive(Clone, Debug)]
pub(crate) struct SlotScoresChart {
    pub(crate) hits: Panel,
    pub(crate) losses: Panel,
    pub(crate) first: Bilingual,
    pub(crate) last: Bilingual,
}

/// One panel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panel {
    /// Actual hits; empty for losses.
    pub(crate) dots: Vec<Dot>,
    /// Expected hits, or the loss of the model.
    pub(crate) model: Vec<String>,
    /// Loss of the base rate; empty for hits.
    pub(crate) base: Vec<String>,
    /// Y-coordinates and texts of the ticks.
    pub(crate) ticks: Vec<(String, String)>,
}

impl SlotScoresChart {
    /// The chart of the latest slots with offers; `None` if there are none.
    pub(crate) fn new(slots: &[SlotScore]) -> Option<Self> {
        let slots: Vec<SlotScore> =
            slots.iter().filter(|slot| slot.n > 0 && slot.hits <= slot.n).cloned().collect();
        let slots = latest(&slots, |slot| slot.slot_date);
        Some(Self {
            hits: hits(&slots),
            losses: losses(&slots),
            first: day(slots.first()?.slot_date),
            last: day(slots.last()?.slot_date),
        })
    }
}

/// The axis starts at 0, so that heights are comparable.
fn hits(slots: &[&SlotScore]) -> Panel {
    let expected: Vec<Option<f64>> = slots
        .iter()
        .map(|slot| Some(slot.expected_hits).filter(|hits| (0.0..=slot.n as f64 + 0.5).contains(hits)))
        .collect();
    let values = slots.iter().map(|slot| slot.hits as f64).chain(expected.iter().copied().flatten());
    let axis = Axis::new(0.0, values.fold(0.0, f64::max), 1.0, HITS);
    let dots = slots.iter().zip(&expected).enumerate().map(|(index, (slot, expected))| Dot {
        x: coordinate(slot_x(index, slots.len())),
        y: coordinate(axis.y(slot.hits as f64)),
        title: format!(
            "{}: {}/{} (Σp {})",
            slot.slot_date,
            slot.hits,
            slot.n,
            expected.map_or("–".to_owned(), |expected| rounded(expected, 1))
        ),
    });
    Panel {
        dots: dots.collect(),
        model: polylines(&points(&expected, &axis)),
        base: Vec::new(),
        ticks: axis.ticks().map(|(y, hits)| (y, grouped(hits, 0))).collect(),
    }
}

/// The axis spans the losses only, because only their order matters.
fn losses(slots: &[&SlotScore]) -> Panel {
    let valid = |loss: f64| Some(loss).filter(|loss| (0.0..=MAX_LOSS).contains(loss));
    let model: Vec<Option<f64>> = slots.iter().map(|slot| valid(slot.log_loss)).collect();
    let base: Vec<Option<f64>> = slots.iter().map(|slot| valid(slot.base_log_loss)).collect();
    let all = || model.iter().chain(&base).copied().flatten();
    if all().next().is_none() {
        return Panel::default();
    }
    let axis = Axis::new(all().fold(MAX_LOSS, f64::min), all().fold(0.0, f64::max), 0.05, LOSSES);
    Panel {
        dots: Vec::new(),
        model: polylines(&points(&model, &axis)),
        base: polylines(&points(&base, &axis)),
        ticks: axis.ticks().map(|(y, loss)| (y, format!("{loss:.2}"))).collect(),
    }
}

fn points(values: &[Option<f64>], axis: &Axis) -> Vec<Option<Point>> {
    let at = |(index, value): (usize, &Option<f64>)| Some((slot_x(index, values.len()), axis.y((*value)?)));
    values.iter().enumerate().map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::sample;

    fn slots() -> Vec<SlotScore> {
        sample::page().model_check.unwrap().slots
    }

    #[test]
    fn the_latest_slots_are_drawn_in_order() {
        let mut slots = slots();
        slots.reverse();
        let chart = SlotScoresChart::new(&slots).unwrap();
        assert_eq!((chart.hits.dots.len(), chart.hits.model.len(), chart.losses.base.len()), (78, 1, 1));
        let (first, last) = (&chart.hits.dots[0], &chart.hits.dots[77]);
        assert!(first.title.starts_with("2014-") && last.title.starts_with("2016-02-09"), "{chart:?}");
        assert_eq!((first.x.as_str(), last.x.as_str()), ("44.0", "708.0"));
        assert_eq!(chart.last, day("2016-02-09".parse().unwrap()));
    }

    #[test]
    fn hits_share_an_axis_from_zero() {
        let slot = SlotScore { n: 50, hits: 40, expected_hits: 30.0, ..slots()[0].clone() };
        let chart = SlotScoresChart::new(&[slot]).unwrap();
        let ticks: Vec<&str> = chart.hits.ticks.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(ticks, ["0", "10", "20", "30", "40"]);
        assert_eq!(
            (chart.hits.dots[0].y.as_str(), chart.hits.model[0].as_str()),
            ("10.0", "41.0,45.0 47.0,45.0")
        );
    }

    #[test]
    fn invalid_values_only_break_lines() {
        let mut slots = slots();
        slots.truncate(9);
        (slots[0].n, slots[1].hits) = (0, u64::MAX);
        (slots[3].expected_hits, slots[4].log_loss, slots[5].base_log_loss) = (f64::NAN, f64::INFINITY, -1.0);
        let chart = SlotScoresChart::new(&slots).unwrap();
        assert_eq!((chart.hits.dots.len(), chart.hits.model.len()), (7, 2));
        assert_eq!((chart.losses.model.len(), chart.losses.base.len()), (2, 2));
        let drawn = format!("{chart:?}");
        assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        assert!(SlotScoresChart::new(&slots[..2]).is_none());
        for slot in &mut slots {
            (slot.log_loss, slot.base_log_loss) = (f64::NAN, f64::NAN);
        }
        assert!(SlotScoresChart::new(&slots).unwrap().losses.ticks.is_empty());
    }
}
