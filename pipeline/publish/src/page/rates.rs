//! Hit rates by group, the largest groups of each dimension.

use super::{both::Both, money::priced};
use crate::{
    figures::{grouped, percent},
    view::HitRateRow,
    words::{Lang, Tongue},
};

/// So many groups of a dimension fit on a page that is read; the rest is in `moq_rates`.
const MOST_ROWS: usize = 15;

/// The dimensions of `moq_rates`, in the order of the page.
const DIMENSIONS: [&str; 7] = ["all", "category", "maker", "artist", "price_band", "season", "weekday"];

/// The groups of one dimension.
#[derive(Clone, Debug)]
pub(crate) struct RateGroup {
    pub(crate) dimension: Both,
    pub(crate) rows: Vec<RateRow>,
    /// How many groups are not shown.
    pub(crate) left_out: Option<Both>,
}

/// A group.
#[derive(Clone, Debug)]
pub(crate) struct RateRow {
    pub(crate) key: Both,
    pub(crate) hits: String,
    pub(crate) n: String,
    pub(crate) rate: String,
    pub(crate) interval: String,
    pub(crate) rate_shrunk: String,
}

/// The rows by dimension, largest groups first. Dimensions not known by name come last, under their own name.
pub(crate) fn groups(rows: &[HitRateRow], currency: Option<&str>) -> Vec<RateGroup> {
    let mut names = DIMENSIONS.to_vec();
    let mut others: Vec<&str> =
        rows.iter().map(|row| row.dimension.as_str()).filter(|name| !names.contains(name)).collect();
    others.sort_unstable();
    others.dedup();
    names.extend(others);
    names.into_iter().filter_map(|name| group(name, rows, currency)).collect()
}

fn group(dimension: &str, rows: &[HitRateRow], currency: Option<&str>) -> Option<RateGroup> {
    let mut rows: Vec<&HitRateRow> = rows.iter().filter(|row| row.dimension == dimension).collect();
    if rows.is_empty() {
        return None;
    }
    rows.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.key.cmp(&b.key)));
    let left_out = rows.len().saturating_sub(MOST_ROWS);
    let is_known = DIMENSIONS.contains(&dimension);
    Some(RateGroup {
        dimension: if is_known { Both::say(&format!("rates_{dimension}")) } else { Both::same(dimension) },
        rows: rows.into_iter().take(MOST_ROWS).map(|row| rate_row(row, currency)).collect(),
        left_out: (left_out > 0)
            .then(|| Both::filled("rates_left_out", &[("n", &Both::same(left_out.to_string()))])),
    })
}

fn rate_row(row: &HitRateRow, currency: Option<&str>) -> RateRow {
    RateRow {
        key: key_text(&row.dimension, &row.key, currency),
        hits: grouped(row.hits as f64, 0),
        n: grouped(row.n as f64, 0),
        rate: percent(row.rate),
        interval: format!("{} – {}", percent(row.low), percent(row.high)),
        rate_shrunk: percent(row.rate_shrunk),
    }
}

/// Keys that are codes become words; what does not look like the code is left as it is.
fn key_text(dimension: &str, key: &str, currency: Option<&str>) -> Both {
    let number = key.parse::<u32>().ok();
    let word = match dimension {
        "all" => Some(Both::say("rates_all")),
        "weekday" => number.and_then(|day| {
            let day = usize::try_from(day).ok()?;
            Some(Both::new(Tongue::of(Lang::Ko).weekday(day)?, Tongue::of(Lang::En).weekday(day)?))
        }),
        "season" => number
            .filter(|quarter| (1..=4).contains(quarter))
            .map(|quarter| Both::filled("rates_quarter", &[("n", &Both::same(quarter.to_string()))])),
        "price_band" => key.parse::<i32>().ok().map(|band| price_band(band, currency)),
        _ => None,
    };
    word.unwrap_or_else(|| Both::same(key))
}

/// A band is floor(2 ln price), so it begins at exp(band / 2).
fn price_band(band: i32, currency: Option<&str>) -> Both {
    let edge = |band: i32| {
        let price = (f64::from(band) / 2.0).exp();
        if price < 100.0 { price } else { price.round() }
    };
    let (low, high) = (edge(band), edge(band + 1));
    priced(low, currency).to(&priced(high, currency))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn codes_become_words_and_large_dimensions_are_cut() {
        let groups = groups(&sample::page().hit_rates, Some("KRW"));
        let names: Vec<String> = groups.iter().map(|group| group.dimension.to_string()).collect();
        assert!(names[2].contains("Maker"), "{names:?}");
        assert_eq!(groups[2].rows.len(), MOST_ROWS);
        assert!(groups[2].left_out.is_some());
        let text = |dimension: &str, key: &str| key_text(dimension, key, Some("KRW")).to_string();
        assert!(text("price_band", "20").contains("KRW 22,026 – KRW 36,316"), "{}", text("price_band", "20"));
        assert!(text("weekday", "2").contains("Tuesday"));
        assert_eq!(text("season", "2016Q1"), "2016Q1");
    }
}
