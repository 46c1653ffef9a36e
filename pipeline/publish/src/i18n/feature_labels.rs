//! Names of features, and phrases that state a feature's value.

use super::catalog::Catalog;

const PER_THRESHOLD: &str = "log_signals_per_threshold_";
const EARLIER_RATIO: &str = "log_prior_to_current_ratio_";

/// Name of a feature, without its value.
pub(super) fn feature_label(texts: &Catalog, feature: &str) -> String {
    if let Some(label) = lookup(texts, "feature", feature) {
        return label.to_owned();
    }
    let of_signal = |key: &str, kind: &str| texts.filled(key, &[("signal", &signal(texts, kind))]);
    if let Some(kind) = feature.strip_prefix(PER_THRESHOLD) {
        return of_signal("value.per_threshold", kind);
    }
    if let Some(kind) = feature.strip_prefix(EARLIER_RATIO) {
        return of_signal("value.earlier_ratio", kind);
    }
    if let Some((kind, days)) = counted_in_days(texts, feature) {
        return texts.filled("value.in_days", &[("n", days), ("signal", kind)]);
    }
    if let Some(kind) = lookup(texts, "signal", feature) {
        return kind.to_owned();
    }
    match feature.strip_prefix("attr_") {
        Some(name) => label_or_words(texts, "attribute", name),
        None => feature.to_owned(),
    }
}

/// Phrase that states the value of a feature.
pub(super) fn feature_phrase(texts: &Catalog, feature: &str, value: &str) -> String {
    let of_signal =
        |key: &str, kind: &str| texts.filled(key, &[("value", value), ("signal", &signal(texts, kind))]);
    if let Some(kind) = feature.strip_prefix(PER_THRESHOLD) {
        return of_signal("reason.per_threshold", kind);
    }
    if let Some(kind) = feature.strip_prefix(EARLIER_RATIO) {
        return of_signal("reason.earlier_ratio", kind);
    }
    let key = format!("reason.{feature}");
    if texts.find(&key).is_some() {
        return texts.filled(&key, &[("value", value)]);
    }
    if lookup(texts, "feature", feature).is_none() {
        if let Some((kind, days)) = counted_in_days(texts, feature) {
            return texts.filled("reason.in_days", &[("n", days), ("value", value), ("signal", kind)]);
        }
        if let Some(kind) = lookup(texts, "signal", feature) {
            return texts.filled("reason.signal", &[("value", value), ("signal", kind)]);
        }
    }
    format!("{} {value}", feature_label(texts, feature))
}

/// Name of a kind of signals.
fn signal(texts: &Catalog, kind: &str) -> String {
    label_or_words(texts, "signal", kind)
}

/// The text for `key`, or the key itself as words.
fn label_or_words(texts: &Catalog, table: &str, key: &str) -> String {
    lookup(texts, table, key).map_or_else(|| key.replace('_', " "), str::to_owned)
}

/// The text for `key`. A plural key has the text of its singular.
fn lookup<'a>(texts: &'a Catalog, table: &str, key: &str) -> Option<&'a str> {
    let singular = key.strip_suffix('s').unwrap_or(key);
    texts.find(&format!("{table}.{key}")).or_else(|| texts.find(&format!("{table}.{singular}")))
}

/// Signal and days of a feature such as `alert_7d`, which counts alerts in seven days.
fn counted_in_days<'a>(texts: &'a Catalog, feature: &'a str) -> Option<(&'a str, &'a str)> {
    let (kind, days) = feature.strip_suffix('d')?.rsplit_once('_')?;
    let is_number = !days.is_empty() && days.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((lookup(texts, "signal", kind)?, days))
}
