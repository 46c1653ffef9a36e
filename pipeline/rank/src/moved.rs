//! Why an offer's chance is another one than in the list before.

use std::collections::BTreeMap;

/// No more of what moved than a person reads in a line.
const MOST: usize = 2;
/// The weakest move worth telling, in log-odds.
const WEAKEST: f64 = 0.05;

/// The features whose push moved most between two lists, strongest first, each with the difference in log-odds;
/// of equally strong ones the first by name. A feature that one of the lists lacks pushed nothing there.
pub fn moved<'a>(before: &BTreeMap<&'a str, f64>, now: &BTreeMap<&'a str, f64>) -> Vec<(&'a str, f64)> {
    let mut by: BTreeMap<&str, f64> = now.clone();
    for (feature, push) in before {
        *by.entry(feature).or_default() -= push;
    }
    let mut told: Vec<(&str, f64)> = by.into_iter().filter(|(_, by)| by.abs() >= WEAKEST).collect();
    told.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(b.0)));
    told.truncate(MOST);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_moves_are_told() {
        let before = BTreeMap::from([("alerts", 0.2), ("price", -0.3), ("gone", 0.4), ("still", 1.0)]);
        let now = BTreeMap::from([("alerts", 0.9), ("price", -0.31), ("still", 1.0), ("new", -0.1)]);
        let told = moved(&before, &now);
        assert_eq!(told.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["alerts", "gone"]);
        assert!((told[0].1 - 0.7).abs() < 1e-12 && (told[1].1 + 0.4).abs() < 1e-12);
        assert_eq!(moved(&now, &now), []);
    }
}
