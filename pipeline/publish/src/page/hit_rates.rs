//! Hit rates of the largest groups of each dimension.

use super::{bilingual::Bilingual, money::priced};
use crate::{
    i18n::{Catalog, Lang},
    number_format::{grouped, percent},
    view::HitRateRow,
};

/// Limit of groups per dimension. `moq_rates` contains the others.
const MAX_ROWS: usize = 15;

/// The dimensions of `moq_rates`, in the order of the page.
const DIMENSIONS: [&str; 7] = ["all", "category", "maker", "artist", "price_band", "season", "weekday"];

/// Groups of one dimension.
#[derive(Clone, Debug)]
pub(crate) struct HitRateGroup {
    pub(crate) dimension: Bilingual,
    pub(crate) rows: Vec<HitRateEntry>,
    /// Number of groups that are not shown.
    pub(crate) left_out: Option<Bilingual>,
}

/// One group.
#[derive(Clone, Debug)]
pub(crate) struct HitRateEntry {
    pub(crate) key: Bilingual,
    pub(crate) hits: String,
    pub(crate) n: String,
    pub(crate) rate: String,
    pub(crate) interval: String,
    pub(crate) rate_shrunk: String,
}

/// The rows by dimension, the largest groups first. Unknown dimensions come last, under their own name.
pub(crate) fn groups(rows: &[HitRateRow], currency: Option<&str>) -> Vec<HitRateGroup> {
    let mut names = DIMENSIONS.to_vec();
    let mut others: Vec<&str> =
        rows.iter().map(|row| row.dimension.as_str()).filter(|name| !names.contains(name)).collect();
    others.sort_unstable();
    others.dedup();
    names.extend(others);
    names.into_iter().filter_map(|name| group(name, rows, currency)).collect()
}

fn group(dimension: &str, rows: &[HitRateRow], currency: Option<&str>) -> Option<HitRateGroup> {
    let mut rows: Vec<&HitRateRow> = rows.iter().filter(|row| row.dimension == dimension).collect();
    if rows.is_empty() {
        return None;
    }
    rows.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.key.cmp(&b.key)));
    let left_out = rows.len().saturating_sub(MAX_ROWS);
    let is_known = DIMENSIONS.contains(&dimension);
    Some(HitRateGroup {
        dimension: if is_known {
            Bilingual::text(&format!("rates_{dimension}"))
        } else {
            Bilingual::same(dimension)
        },
        rows: rows.into_iter().take(MAX_ROWS).map(|row| rate_row(row, currency)).collect(),
        left_out: (left_out > 0)
            .then(|| Bilingual::filled("rates_left_out", &[("n", &Bilingual::same(left_out.to_string()))])),
    })
}

fn rate_row(row: &HitRateRow, currency: Option<&str>) -> HitRateEntry {
    HitRateEntry {
        key: key_text(&row.dimension, &row.key, currency),
        hits: grouped(row.hits as f64, 0),
        n: grouped(row.n as f64, 0),
        rate: percent(row.rate),
        interval: format!("{} – {}", percent_or_dash(row.rate_low), percent_or_dash(row.rate_high)),
        rate_shrunk: percent_or_dash(row.rate_shrunk),
    }
}

fn percent_or_dash(rate: Option<f64>) -> String {
    percent(rate.unwrap_or(f64::NAN))
}

/// Name of a group: codes become words, other keys stay unchanged.
fn key_text(dimension: &str, key: &str, currency: Option<&str>) -> Bilingual {
    let number = key.parse::<u32>().ok();
    let word = match dimension {
        "all" => Some(Bilingual::text("rates_all")),
        "weekday" => number.and_then(|day| {
            let position = usize::try_from(day).ok()?.checked_sub(1)?;
            let weekday = |lang| Catalog::of(lang).listed("value.weekdays", position);
            Some(Bilingual::new(weekday(Lang::Ko)?, weekday(Lang::En)?))
        }),
        "season" => number.filter(|quarter| (1..=4).contains(quarter)).map(|quarter| {
            Bilingual::filled("rates_quarter", &[("n", &Bilingual::same(quarter.to_string()))])
        }),
        // A band of another currency than the market's begins with that currency.
        "price_band" => {
            let (currency, band) =
                key.split_once(' ').map_or((currency, key), |(own, band)| (Some(own), band));
            band.parse::<i32>().ok().map(|band| price_band(band, currency))
        }
        _ => None,
    };
    word.unwrap_or_else(|| Bilingual::same(key))
}

/// Prices of a band, which is floor(2 ln price) and so starts at exp(band / 2).
fn price_band(band: i32, currency: Option<&str>) -> Bilingual {
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
    use crate::tests::sample;

    #[test]
    fn codes_become_words() {
        let groups = groups(&sample::page().hit_rates, Some("KRW"));
        let names: Vec<String> = groups.iter().map(|group| group.dimension.to_string()).collect();
        assert!(names[2].contains("Maker"), "{names:?}");
        assert_eq!(groups[2].rows.len(), MAX_ROWS);
        assert!(groups[2].left_out.is_some());
        let text = |dimension: &str, key: &str| key_text(dimension, key, Some("KRW")).to_string();
        assert!(text("price_band", "20").contains("KRW 22,026 – KRW 36,316"), "{}", text("price_band", "20"));
        assert!(
            text("price_band", "USD 5").contains("USD 12.18 – USD 20.09"),
            "{}",
            text("price_band", "USD 5")
        );
        assert!(text("weekday", "2").contains("Tuesday"));
        assert_eq!(text("season", "2016Q1"), "2016Q1");
    }
}
