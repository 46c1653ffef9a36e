//! The words of a reason, in Korean and English. Each language has one file with the same keys;
//! what a value means is in `shape`, once for both.

mod catalogue;
mod en;
mod ko;
mod lang;
mod shape;
mod tongue;

use slotcast_core::{Audience, Contribution, FeatureValue};

pub(crate) use catalogue::Catalogue;
pub use lang::{Lang, UnknownLang};
pub(crate) use tongue::Tongue;

use shape::{Shape, value_text};

/// The score of the average campaign that a model learned from, as a feature.
pub const START: &str = "(intercept)";
/// The sum of the pushes of features that are internal, as a feature.
pub const INTERNAL: &str = "(internal)";

/// The reasons that these readers may see.
pub(crate) fn shown(reasons: &[Contribution], audience: Audience) -> impl Iterator<Item = &Contribution> {
    reasons.iter().filter(move |reason| audience.may_see(&reason.feature))
}

/// One reason: the direction, what the model looked at, its value, and the push on the log-odds.
///
/// It states the value and its direction and no more: whether a threshold is low
/// for its kind is not known here. In words chosen so that no Korean particle
/// depends on a value.
pub fn reason_text(lang: Lang, reason: &Contribution) -> String {
    format!("{} {} ({:+.2})", arrow(reason.log_odds), said_text(lang, reason), reason.log_odds)
}

/// What the model looked at and its value: the middle of [`reason_text`], for readers that draw the push.
pub(crate) fn said_text(lang: Lang, reason: &Contribution) -> String {
    let tongue = Tongue::of(lang);
    let (label, shape) = tongue.label(&reason.feature);
    match &reason.value {
        FeatureValue::Record { hits, n } => (tongue.record)(&label, *hits, *n),
        FeatureValue::Missing => (tongue.missing)(&label),
        // Weekdays and months are categories to a model, and numbers in its words.
        FeatureValue::Text(text) => match (shape, text.parse::<f64>()) {
            (Shape::Weekday | Shape::Month, Ok(number)) => {
                format!("{label} {}", value_text(tongue, shape, number))
            }
            _ => format!("{label} {text}"),
        },
        FeatureValue::Number(value) => format!("{label} {}", value_text(tongue, shape, *value)),
    }
}

/// A sentence of `slotcast explain`, with its places filled.
pub fn explain_word(lang: Lang, key: &str, values: &[(&str, String)]) -> String {
    filled(lang, &format!("explain.{key}"), values)
}

/// A warning that readers must see first, in both languages. See [`warning_in`].
pub fn warning(key: &str, values: &[(&str, String)]) -> String {
    format!("{} · {}", warning_in(Lang::Ko, key, values), warning_in(Lang::En, key, values))
}

/// The same in one language. The value `order` is the name of an order, which is translated.
pub fn warning_in(lang: Lang, key: &str, values: &[(&str, String)]) -> String {
    let translated = values
        .iter()
        .map(|(name, text)| (*name, if *name == "order" { order_label(lang, text) } else { text.clone() }));
    filled(lang, &format!("warning.{key}"), &translated.collect::<Vec<_>>())
}

/// The name of an order: a habit such as `signals_per_threshold_alert`, or a model.
fn order_label(lang: Lang, by: &str) -> String {
    match by.strip_prefix("signals_per_threshold_") {
        Some(_) => Tongue::of(lang).label(&format!("log_{by}")).0,
        None => by.to_owned(),
    }
}

fn filled(lang: Lang, key: &str, values: &[(&str, String)]) -> String {
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Catalogue::of(lang).filled(key, &values)
}

/// What moved an offer's chance since the list before: features and the differences of their pushes, which are those
/// of `contributions`.
pub fn moves_text(lang: Lang, moves: &[(&str, f64)]) -> String {
    let tongue = Tongue::of(lang);
    let label = |feature: &str| match feature {
        START => Catalogue::of(lang).text("explain.start").to_owned(),
        INTERNAL => Catalogue::of(lang).text("explain.internal").to_owned(),
        _ => tongue.label(feature).0,
    };
    let texts: Vec<String> =
        moves.iter().map(|(feature, by)| format!("{} {} ({by:+.2})", arrow(*by), label(feature))).collect();
    texts.join("; ")
}

/// Several reasons in one cell: those that these readers may see.
pub fn reasons_text(lang: Lang, reasons: &[Contribution], audience: Audience) -> String {
    let texts: Vec<String> = shown(reasons, audience).map(|reason| reason_text(lang, reason)).collect();
    texts.join("; ")
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

#[cfg(test)]
mod tests;
