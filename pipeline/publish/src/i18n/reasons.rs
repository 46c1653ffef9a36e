//! Reasons of a score as text.
//!
//! A reason states a value and the direction of its effect. It does not judge whether the value is high or
//! low.

use slotcast_core::{Audience, Contribution, FeatureValue, INTERCEPT, INTERNAL_SUM};

use super::{
    catalog::Catalog,
    feature_labels::{feature_label, feature_phrase},
    lang::Lang,
    value_format::{ValueFormat, value_text},
};

/// The reasons that `audience` may see.
pub(crate) fn visible_reasons(
    reasons: &[Contribution],
    audience: Audience,
) -> impl Iterator<Item = &Contribution> {
    reasons.iter().filter(move |reason| audience.may_see(&reason.feature))
}

/// One reason: direction, feature, value, log-odds.
pub fn reason_text(lang: Lang, reason: &Contribution) -> String {
    format!("{} {} ({:+.2})", arrow(reason.log_odds), reason_phrase(lang, reason), reason.log_odds)
}

/// Feature and value of a reason, without direction and log-odds.
pub(crate) fn reason_phrase(lang: Lang, reason: &Contribution) -> String {
    let texts = Catalog::of(lang);
    let feature = reason.feature.as_str();
    let of_label = |key: &str, values: &[(&str, &str)]| {
        let label = feature_label(texts, feature);
        texts.filled(key, &[values, &[("label", &label)]].concat())
    };
    match &reason.value {
        FeatureValue::Record { n, .. } if *n <= 0.0 => of_label("value.record_none", &[]),
        FeatureValue::Record { hits, n } => {
            let [hits, n] = [hits, n].map(|count| crate::number_format::grouped(*count, 1));
            of_label("value.record", &[("hits", &hits), ("n", &n)])
        }
        FeatureValue::Missing => of_label("value.missing", &[]),
        FeatureValue::Text(text) => feature_phrase(texts, feature, &category_text(texts, feature, text)),
        FeatureValue::Number(value) => {
            feature_phrase(texts, feature, &value_text(texts, ValueFormat::of(feature), *value))
        }
    }
}

/// A category as text. Weekdays and months are categories of a model, coded as numbers.
fn category_text(texts: &Catalog, feature: &str, text: &str) -> String {
    let format = ValueFormat::of(feature);
    match (format, text.parse::<f64>()) {
        (ValueFormat::Weekday | ValueFormat::Month, Ok(number)) => value_text(texts, format, number),
        _ if feature == "maker_kind" => texts.find(&format!("maker_kind.{text}")).unwrap_or(text).to_owned(),
        _ => text.to_owned(),
    }
}

/// Several reasons in one text: those that `audience` may see.
pub fn reasons_text(lang: Lang, reasons: &[Contribution], audience: Audience) -> String {
    let texts: Vec<String> =
        visible_reasons(reasons, audience).map(|reason| reason_text(lang, reason)).collect();
    texts.join("; ")
}

/// Causes of a change in probability since the previous list: features, and the differences of their
/// `contributions`.
pub fn change_text(lang: Lang, changes: &[(&str, f64)]) -> String {
    let texts = Catalog::of(lang);
    let label = |feature: &str| match feature {
        INTERCEPT => texts.text("explain.intercept").to_owned(),
        INTERNAL_SUM => texts.text("explain.internal").to_owned(),
        _ => feature_label(texts, feature),
    };
    let changes: Vec<String> =
        changes.iter().map(|(feature, by)| format!("{} {} ({by:+.2})", arrow(*by), label(feature))).collect();
    changes.join("; ")
}

fn arrow(log_odds: f64) -> char {
    if log_odds > 0.0 {
        '▲'
    } else if log_odds < 0.0 {
        '▼'
    } else {
        '·'
    }
}
