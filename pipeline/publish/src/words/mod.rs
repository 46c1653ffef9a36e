//! The words of a reason, in Korean and English. Each language has one file with the same keys;
//! what a value means is in `shape`, once for both.

mod en;
mod internal;
mod ko;
mod lang;
mod shape;
mod tongue;

use slotcast_core::{Contribution, FeatureValue};

pub use internal::is_internal_feature;
pub use lang::{Lang, UnknownLang};
pub(crate) use tongue::Tongue;

use shape::{Shape, value_text};

/// The reasons that may be shown outside.
pub(crate) fn shown(reasons: &[Contribution]) -> impl Iterator<Item = &Contribution> {
    reasons.iter().filter(|reason| !is_internal_feature(&reason.feature))
}

/// One reason: the direction, what the model looked at, its value, and the push on the log-odds.
///
/// It states the value and its direction and no more: whether a threshold is low
/// for its kind is not known here. In words chosen so that no Korean particle
/// depends on a value.
pub fn reason_text(lang: Lang, reason: &Contribution) -> String {
    let tongue = Tongue::of(lang);
    let (label, shape) = tongue.label(&reason.feature);
    let said = match &reason.value {
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
    };
    format!("{} {said} ({:+.2})", arrow(reason.push), reason.push)
}

/// Several reasons in one cell. Reasons that are internal are left out.
pub fn reasons_text(lang: Lang, reasons: &[Contribution]) -> String {
    let texts: Vec<String> = shown(reasons).map(|reason| reason_text(lang, reason)).collect();
    texts.join("; ")
}

fn arrow(push: f64) -> char {
    if push > 0.0 {
        '▲'
    } else if push < 0.0 {
        '▼'
    } else {
        '·'
    }
}

#[cfg(test)]
mod tests;
