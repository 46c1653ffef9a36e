//! Warnings, and the messages of `slotcast explain`.

use super::{catalog::Catalog, feature_labels::feature_label, lang::Lang};

/// Message of `slotcast explain`.
pub fn explain_message(lang: Lang, key: &str, values: &[(&str, String)]) -> String {
    filled(lang, &format!("explain.{key}"), values)
}

/// Warning for the head of a page, in both languages.
pub fn bilingual_warning(key: &str, values: &[(&str, String)]) -> String {
    format!("{} · {}", warning(Lang::Ko, key, values), warning(Lang::En, key, values))
}

/// Warning in one language. The values `order` and `remedy` are names, which are translated.
pub fn warning(lang: Lang, key: &str, values: &[(&str, String)]) -> String {
    let translated = values.iter().map(|(name, text)| {
        let text = match *name {
            "order" => order_label(lang, text),
            "remedy" => filled(lang, &format!("warning.remedy_{text}"), &[]),
            _ => text.clone(),
        };
        (*name, text)
    });
    filled(lang, &format!("warning.{key}"), &translated.collect::<Vec<_>>())
}

/// Name of an order: a simple rule such as `signals_per_threshold_alert`, or a model.
fn order_label(lang: Lang, by: &str) -> String {
    match by.strip_prefix("signals_per_threshold_") {
        Some(_) => feature_label(Catalog::of(lang), &format!("log_{by}")),
        None => by.to_owned(),
    }
}

fn filled(lang: Lang, key: &str, values: &[(&str, String)]) -> String {
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Catalog::of(lang).filled(key, &values)
}
