//! Warnings, and the messages of `slotcast explain`.

use super::{catalog::Catalog, feature_labels::feature_label, lang::Lang};
use crate::number_format::grouped;

/// Message of `slotcast explain`.
pub fn explain_message(lang: Lang, key: &str, values: &[(&str, String)]) -> String {
    filled(lang, &format!("explain.{key}"), values)
}

/// Warning for the head of a page, in both languages.
pub fn bilingual_warning(key: &str, values: &[(&str, String)]) -> String {
    format!("{} · {}", warning(Lang::Ko, key, values), warning(Lang::En, key, values))
}

/// Finding of an audit for the head of a page, in both languages. `meaning` is the English meaning of its rows, which
/// also serves for an audit without a text.
pub fn bilingual_finding(audit: &str, meaning: &str, rows: u64, first: &str) -> String {
    let text = |lang| {
        let name = audit.strip_prefix("finding_").unwrap_or(audit);
        let meaning = Catalog::of(lang).find(&format!("finding.{name}")).unwrap_or(meaning);
        let values = [("meaning", meaning), ("n", &grouped(rows as f64, 0)), ("first", first)];
        Catalog::of(lang).filled("warning.finding", &values)
    };
    format!("{} · {}", text(Lang::Ko), text(Lang::En))
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
