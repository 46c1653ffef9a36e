//! Positions in charts by slot: slots along the x-axis, values along a y-axis with round ticks, polylines.

use slotcast_core::NaiveDate;

const LEFT: f64 = 44.0;
const RIGHT: f64 = 708.0;

/// Limit of slots, a year and a half of weeks: more dots would overlap.
const MAX_SLOTS: usize = 78;

/// Approximate limit of steps of an axis.
const MAX_STEPS: f64 = 4.0;

/// Half the width of the stroke for a point without neighbors.
const HALF_STROKE: f64 = 3.0;

/// Position in a drawing.
pub(crate) type Point = (f64, f64);

/// Dot of a slot.
#[derive(Clone, Debug)]
pub(crate) struct Dot {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) title: String,
}

/// Vertical axis.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    low: f64,
    step: f64,
    steps: usize,
    top: f64,
    bottom: f64,
}

impl Axis {
    /// An axis from `low` to `high` in steps of 1, 2 or 5 times a power of ten, at least `min_step`.
    /// The ends are extended to whole steps. All three numbers are finite.
    pub(crate) fn new(low: f64, high: f64, min_step: f64, (top, bottom): (f64, f64)) -> Self {
        let rough = ((high - low) / MAX_STEPS).max(min_step);
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0].map(|digit| digit * power).into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        let first = (low / step).floor();
        let steps = ((high / step).ceil() - first).max(1.0) as usize;
        Self { low: first * step, step, steps, top, bottom }
    }

    /// Y-coordinate of `value`.
    pub(crate) fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.step * self.steps as f64);
        self.bottom - share * (self.bottom - self.top)
    }

    /// Y-coordinates and values of the ticks, in ascending order.
    pub(crate) fn ticks(&self) -> impl Iterator<Item = (String, f64)> {
        (0..=self.steps)
            .map(|index| self.low + self.step * index as f64)
            .map(|value| (coordinate(self.y(value)), value))
    }
}

/// The latest slots, the earliest first.
pub(crate) fn latest<T>(rows: &[T], date: impl Fn(&T) -> NaiveDate) -> Vec<&T> {
    let mut rows: Vec<&T> = rows.iter().collect();
    rows.sort_by_key(|row| date(row));
    rows.split_off(rows.len().saturating_sub(MAX_SLOTS))
}

/// X-coordinate of the slot at `index` of `slots`.
pub(crate) fn slot_x(index: usize, slots: usize) -> f64 {
    LEFT + (RIGHT - LEFT) / (slots.max(2) - 1) as f64 * index as f64
}

/// Polylines through adjacent points. A point without neighbors becomes a short stroke.
pub(crate) fn polylines(points: &[Option<Point>]) -> Vec<String> {
    let text = |(x, y): Point| format!("{},{}", coordinate(x), coordinate(y));
    let runs = points.split(Option::is_none).filter(|run| !run.is_empty());
    let lines = runs.map(|run| match run {
        [Some((x, y))] => [text((x - HALF_STROKE, *y)), text((x + HALF_STROKE, *y))].join(" "),
        _ => run.iter().flatten().map(|point| text(*point)).collect::<Vec<_>>().join(" "),
    });
    lines.collect()
}

/// A coordinate as text.
pub(crate) fn coordinate(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_round_ticks() {
        let ticks = |low, high, min_step| {
            let axis = Axis::new(low, high, min_step, (0.0, 100.0));
            axis.ticks().map(|(y, value)| format!("{value:.2}@{y}")).collect::<Vec<_>>()
        };
        assert_eq!(
            ticks(0.0, 31.0, 1.0),
            ["0.00@100.0", "10.00@75.0", "20.00@50.0", "30.00@25.0", "40.00@0.0"]
        );
        assert_eq!(
            ticks(0.52, 0.69, 0.01),
            ["0.50@100.0", "0.55@75.0", "0.60@50.0", "0.65@25.0", "0.70@0.0"]
        );
        assert_eq!(ticks(0.0, 0.0, 1.0), ["0.00@100.0", "1.00@0.0"]);
        assert!(ticks(0.0, u64::MAX as f64, 1.0).len() <= 6);
    }

    #[test]
    fn gaps_break_lines() {
        let points = [Some((0.0, 1.0)), Some((10.0, 2.0)), None, Some((30.0, 3.0)), None, None];
        assert_eq!(polylines(&points), ["0.0,1.0 10.0,2.0", "27.0,3.0 33.0,3.0"]);
        assert!(polylines(&[None, None]).is_empty());
    }
}
