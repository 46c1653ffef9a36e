//! Where the charts by slot put their values: places along the slots, heights on an axis with round marks, lines.

use slotcast_core::NaiveDate;

const LEFT: f64 = 44.0;
const RIGHT: f64 = 708.0;

/// A year and a half of weekly slots; more dots would run into each other.
const MOST_SLOTS: usize = 78;

/// So many steps of an axis at most, more or less one.
const MOST_STEPS: f64 = 4.0;

/// Half the stroke of a point without neighbours: no wider than a dot.
const HALF_STROKE: f64 = 3.0;

/// A place in a drawing.
pub(crate) type Point = (f64, f64);

/// A slot as a dot.
#[derive(Clone, Debug)]
pub(crate) struct Dot {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) title: String,
}

/// An axis that stands upright.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    low: f64,
    step: f64,
    steps: usize,
    top: f64,
    bottom: f64,
}

impl Axis {
    /// From `low` to `high` in steps of 1, 2 or 5 times a power of ten, none smaller than `least`.
    /// The ends are moved out to whole steps. All three are finite.
    pub(crate) fn around(low: f64, high: f64, least: f64, (top, bottom): (f64, f64)) -> Self {
        let rough = ((high - low) / MOST_STEPS).max(least);
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0].map(|digit| digit * power).into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        let first = (low / step).floor();
        let steps = ((high / step).ceil() - first).max(1.0) as usize;
        Self { low: first * step, step, steps, top, bottom }
    }

    /// The height of `value`.
    pub(crate) fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.step * self.steps as f64);
        self.bottom - share * (self.bottom - self.top)
    }

    /// Height and value of its marks, from the lowest.
    pub(crate) fn marks(&self) -> impl Iterator<Item = (String, f64)> {
        (0..=self.steps)
            .map(|place| self.low + self.step * place as f64)
            .map(|value| (coordinate(self.y(value)), value))
    }
}

/// The latest slots, earliest first.
pub(crate) fn latest<T>(rows: &[T], date: impl Fn(&T) -> NaiveDate) -> Vec<&T> {
    let mut rows: Vec<&T> = rows.iter().collect();
    rows.sort_by_key(|row| date(row));
    rows.split_off(rows.len().saturating_sub(MOST_SLOTS))
}

/// Where the slot at `place` of `slots` stands.
pub(crate) fn slot_x(place: usize, slots: usize) -> f64 {
    LEFT + (RIGHT - LEFT) / (slots.max(2) - 1) as f64 * place as f64
}

/// Lines through neighbouring points; a point without neighbours is a short stroke.
pub(crate) fn lines(points: &[Option<Point>]) -> Vec<String> {
    let text = |(x, y): Point| format!("{},{}", coordinate(x), coordinate(y));
    let runs = points.split(Option::is_none).filter(|run| !run.is_empty());
    let lines = runs.map(|run| match run {
        [Some((x, y))] => [text((x - HALF_STROKE, *y)), text((x + HALF_STROKE, *y))].join(" "),
        _ => run.iter().flatten().map(|point| text(*point)).collect::<Vec<_>>().join(" "),
    });
    lines.collect()
}

/// A coordinate as it is written.
pub(crate) fn coordinate(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_round_marks_around_its_values() {
        let marks = |low, high, least| {
            let axis = Axis::around(low, high, least, (0.0, 100.0));
            axis.marks().map(|(y, value)| format!("{value:.2}@{y}")).collect::<Vec<_>>()
        };
        assert_eq!(
            marks(0.0, 31.0, 1.0),
            ["0.00@100.0", "10.00@75.0", "20.00@50.0", "30.00@25.0", "40.00@0.0"]
        );
        assert_eq!(
            marks(0.52, 0.69, 0.01),
            ["0.50@100.0", "0.55@75.0", "0.60@50.0", "0.65@25.0", "0.70@0.0"]
        );
        assert_eq!(marks(0.0, 0.0, 1.0), ["0.00@100.0", "1.00@0.0"]);
        assert!(marks(0.0, u64::MAX as f64, 1.0).len() <= 6);
    }

    #[test]
    fn a_gap_breaks_a_line_and_a_lone_point_is_a_stroke() {
        let points = [Some((0.0, 1.0)), Some((10.0, 2.0)), None, Some((30.0, 3.0)), None, None];
        assert_eq!(lines(&points), ["0.0,1.0 10.0,2.0", "27.0,3.0 33.0,3.0"]);
        assert!(lines(&[None, None]).is_empty());
    }
}
