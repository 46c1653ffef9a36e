//! Reasons of a rank: the strongest contributions. Their texts are in `publish`.

use slotcast_core::Contribution;

/// Number of positive and of negative reasons, as many as a person reads in a table cell.
pub const MAX_REASONS_PER_DIRECTION: usize = 3;

/// Smallest contribution of a reason, in log-odds. Near p = 1/2 it changes p by little more than one percentage point.
pub const MIN_REASON_LOG_ODDS: f64 = 0.05;

/// The strongest positive and negative contributions, strongest first, ties by name. NaN is no reason.
pub fn top_reasons(contributions: &[Contribution]) -> Vec<Contribution> {
    let mut reasons: Vec<&Contribution> =
        contributions.iter().filter(|one| one.log_odds.abs() >= MIN_REASON_LOG_ODDS).collect();
    reasons.sort_by(|a, b| {
        b.log_odds.abs().total_cmp(&a.log_odds.abs()).then_with(|| a.feature.cmp(&b.feature))
    });
    let mut counts = [0; 2];
    reasons.retain(|one| {
        let count = &mut counts[usize::from(one.log_odds > 0.0)];
        *count += 1;
        *count <= MAX_REASONS_PER_DIRECTION
    });
    reasons.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::contribution;

    fn names(contributions: &[(&str, f64)]) -> Vec<String> {
        let all: Vec<_> =
            contributions.iter().map(|(name, log_odds)| contribution(name, *log_odds)).collect();
        top_reasons(&all).into_iter().map(|one| one.feature).collect()
    }

    #[test]
    fn the_strongest_come_first_in_either_direction() {
        assert_eq!(names(&[("a", 0.2), ("b", -0.9), ("c", 0.5)]), ["b", "c", "a"]);
    }

    #[test]
    fn at_most_three_per_direction_and_none_too_weak() {
        let many = [("a", 0.5), ("b", 0.4), ("c", 0.3), ("d", 0.2), ("e", -0.1)];
        assert_eq!(names(&many), ["a", "b", "c", "e"]);
        assert_eq!(names(&[("a", 0.049), ("b", -0.05), ("c", f64::NAN)]), ["b"]);
    }

    #[test]
    fn ties_are_sorted_by_name() {
        assert_eq!(names(&[("b", 0.3), ("c", -0.3), ("a", 0.3)]), ["a", "b", "c"]);
    }
}
