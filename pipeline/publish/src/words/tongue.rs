//! What a language brings: its tables and the few sentences in which word order differs.

use super::{Lang, en, ko, shape::Shape};

/// A language's words.
#[derive(Debug)]
pub(crate) struct Tongue {
    /// Features known by name.
    pub(super) labels: &'static [(&'static str, &'static str)],
    /// Kinds of signals known by name.
    pub(super) kinds: &'static [(&'static str, &'static str)],
    /// Attributes known by name, without their prefix.
    pub(super) attributes: &'static [(&'static str, &'static str)],
    /// Monday to Sunday.
    pub(super) weekdays: [&'static str; 7],
    /// January to December.
    pub(super) months: [&'static str; 12],
    /// No, yes.
    pub(super) no_yes: [&'static str; 2],
    /// A number of days.
    pub(super) days: fn(value: f64, text: &str) -> String,
    /// A ratio that is not exact.
    pub(super) ratio: fn(text: &str) -> String,
    /// A record: hits of n.
    pub(super) record: fn(label: &str, hits: f64, n: f64) -> String,
    /// A value that is not known.
    pub(super) missing: fn(label: &str) -> String,
    /// The name of a count of signals in the last days.
    pub(super) in_days: fn(kind: &str, days: &str) -> String,
    /// The name of a kind of signals against the threshold.
    pub(super) per_threshold: fn(kind: &str) -> String,
    /// The name of a kind of signals at earlier offers of the product against those of now.
    pub(super) earlier: fn(kind: &str) -> String,
}

impl Tongue {
    /// The words of `lang`.
    pub(crate) fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Ko => &ko::TONGUE,
            Lang::En => &en::TONGUE,
        }
    }

    /// The weekday with this number, 1 for Monday to 7.
    pub(crate) fn weekday(&self, number: usize) -> Option<&'static str> {
        self.weekdays.get(number.checked_sub(1)?).copied()
    }

    /// How people call a feature, and how its value is meant.
    pub(super) fn label(&self, feature: &str) -> (String, Shape) {
        if let Some(label) = find(self.labels, feature) {
            return (label.to_owned(), Shape::of(feature));
        }
        if let Some(kind) = feature.strip_prefix("log_signals_per_threshold_") {
            return ((self.per_threshold)(&self.kind(kind)), Shape::Ratio);
        }
        if let Some(kind) = feature.strip_prefix("log_earlier_ratio_") {
            return ((self.earlier)(&self.kind(kind)), Shape::Ratio);
        }
        if let Some((kind, days)) = counted_in_days(feature)
            && let Some(kind) = find(self.kinds, kind)
        {
            return ((self.in_days)(kind, days), Shape::Number);
        }
        if let Some(kind) = find(self.kinds, feature) {
            return (kind.to_owned(), Shape::Number);
        }
        match feature.strip_prefix("attr_") {
            Some(name) => (named(self.attributes, name), Shape::of(name)),
            None => (feature.to_owned(), Shape::of(feature)),
        }
    }

    fn kind(&self, kind: &str) -> String {
        named(self.kinds, kind)
    }
}

/// The word for `key`, or the key itself as words.
fn named(table: &[(&str, &'static str)], key: &str) -> String {
    find(table, key).map_or_else(|| key.replace('_', " "), str::to_owned)
}

/// Plural keys mean the same as singular ones.
fn find(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    let singular = key.strip_suffix('s').unwrap_or(key);
    table.iter().find(|(name, _)| *name == key || *name == singular).map(|(_, text)| *text)
}

/// `alert_7d` is a count of alerts in seven days.
fn counted_in_days(feature: &str) -> Option<(&str, &str)> {
    let (kind, days) = feature.strip_suffix('d')?.rsplit_once('_')?;
    let is_number = !days.is_empty() && days.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((kind, days))
}
