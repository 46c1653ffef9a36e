//! Which contributions are worth telling. The words for them are in `publish`.

use slotcast_core::Contribution;

/// No more reasons for, and no more against, than a person reads in a table cell.
pub const MOST_REASONS_EACH_WAY: usize = 3;

/// The weakest push worth telling. Near p = 1/2 it moves the chance by little more than one percentage point.
pub const WEAKEST_PUSH: f64 = 0.05;

/// The strongest contributions up and down, strongest first; of equally strong ones the first by name.
///
/// A push that is not a number is no reason.
pub fn top_reasons(contributions: &[Contribution]) -> Vec<Contribution> {
    let mut told: Vec<&Contribution> =
        contributions.iter().filter(|one| one.log_odds.abs() >= WEAKEST_PUSH).collect();
    told.sort_by(|a, b| {
        b.log_odds.abs().total_cmp(&a.log_odds.abs()).then_with(|| a.feature.cmp(&b.feature))
    });
    let mut taken = [0; 2];
    told.retain(|one| {
        let of_its_way = &mut taken[usize::from(one.log_odds > 0.0)];
        *of_its_way += 1;
        *of_its_way <= MOST_REASONS_EACH_WAY
    });
    told.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::contribution;

    fn names(pushes: &[(&str, f64)]) -> Vec<String> {
        let all: Vec<_> = pushes.iter().map(|(name, log_odds)| contribution(name, *log_odds)).collect();
        top_reasons(&all).into_iter().map(|one| one.feature).collect()
    }

    #[test]
    fn the_strongest_come_first_whichever_way_they_push() {
        assert_eq!(names(&[("a", 0.2), ("b", -0.9), ("c", 0.5)]), ["b", "c", "a"]);
    }

    #[test]
    fn no_more_than_three_each_way_and_none_too_weak() {
        let many = [("a", 0.5), ("b", 0.4), ("c", 0.3), ("d", 0.2), ("e", -0.1)];
        assert_eq!(names(&many), ["a", "b", "c", "e"]);
        assert_eq!(names(&[("a", 0.049), ("b", -0.05), ("c", f64::NAN)]), ["b"]);
    }

    #[test]
    fn ties_go_by_name() {
        assert_eq!(names(&[("b", 0.3), ("c", -0.3), ("a", 0.3)]), ["a", "b", "c"]);
    }
}
