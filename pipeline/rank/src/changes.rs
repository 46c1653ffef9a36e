//! Changes of contributions between two lists: the reasons for a change of p_hit.

use std::collections::BTreeMap;

/// Number of changes, as many as a person reads in a line.
const MAX_CHANGES: usize = 2;
/// Smallest change, in log-odds.
const MIN_LOG_ODDS: f64 = 0.05;

/// The largest changes of contributions between two lists, largest first, ties by name, in log-odds. A feature that one
/// of the lists lacks had a contribution of zero there.
pub fn top_changes<'a>(
    previous: &BTreeMap<&'a str, f64>,
    current: &BTreeMap<&'a str, f64>,
) -> Vec<(&'a str, f64)> {
    let mut differences: BTreeMap<&str, f64> = current.clone();
    for (feature, log_odds) in previous {
        *differences.entry(feature).or_default() -= log_odds;
    }
    let is_large = |(_, difference): &(&str, f64)| difference.abs() >= MIN_LOG_ODDS;
    let mut changes: Vec<(&str, f64)> = differences.into_iter().filter(is_large).collect();
    changes.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(b.0)));
    changes.truncate(MAX_CHANGES);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_changes_come_first() {
        let previous = BTreeMap::from([("alerts", 0.2), ("price", -0.3), ("gone", 0.4), ("still", 1.0)]);
        let current = BTreeMap::from([("alerts", 0.9), ("price", -0.31), ("still", 1.0), ("new", -0.1)]);
        let changes = top_changes(&previous, &current);
        assert_eq!(changes.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["alerts", "gone"]);
        assert!((changes[0].1 - 0.7).abs() < 1e-12 && (changes[1].1 + 0.4).abs() < 1e-12);
        assert_eq!(top_changes(&current, &current), []);
    }
}
