//! Warnings, refused files, findings, and the messages of `slotcast explain`.

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

/// Refused file for the head of a page, in both languages: file, rule and remedy by the code of its error.
pub fn bilingual_refusal(code: &str, values: &[(&str, String)]) -> String {
    let text = |lang| {
        let values = translated(lang, values);
        let own = |table: &str| filled(lang, &format!("{table}.{code}"), &values);
        let parts = [("rule", own("refused")), ("remedy", own("refused_remedy"))];
        // The name of the file comes last, because it may contain anything.
        let file = values.iter().filter(|(name, _)| *name == "file").cloned();
        filled(lang, "warning.file_refused", &parts.into_iter().chain(file).collect::<Vec<_>>())
    };
    format!("{} · {}", text(Lang::Ko), text(Lang::En))
}

/// Finding of an audit for the head of a page, in both languages. `meaning` and `remedy` are the English texts of the
/// audit, which also serve for an audit without texts here.
pub fn bilingual_finding(audit: &str, meaning: &str, remedy: &str, rows: u64, first: &str) -> String {
    let text = |lang| {
        let name = audit.strip_prefix("finding_").unwrap_or(audit);
        let own = |table: &str| Catalog::of(lang).find(&format!("{table}.{name}"));
        let meaning = own("finding").unwrap_or(meaning);
        let remedy = own("finding_remedy").unwrap_or(remedy);
        let n = grouped(rows as f64, 0);
        let values = [("meaning", meaning), ("n", &n), ("remedy", remedy), ("first", first)];
        Catalog::of(lang).filled("warning.finding", &values)
    };
    format!("{} · {}", text(Lang::Ko), text(Lang::En))
}

/// Warning in one language.
pub fn warning(lang: Lang, key: &str, values: &[(&str, String)]) -> String {
    filled(lang, &format!("warning.{key}"), &translated(lang, values))
}

/// Values with their names in a language: orders, remedies, reasons of rejected rows, and kinds of files and cells.
fn translated<'a>(lang: Lang, values: &[(&'a str, String)]) -> Vec<(&'a str, String)> {
    let own = |table: &str, text: &String| {
        Catalog::of(lang).find(&format!("{table}.{text}")).unwrap_or(text).to_owned()
    };
    let translate = |name: &str, text: &String| match name {
        "order" => order_label(lang, text),
        "remedy" => filled(lang, &format!("warning.remedy_{text}"), &[]),
        "reason" => own("reject_reason", text),
        "found" | "expected" | "format" | "declared" | "stored" => own("kind", text),
        _ => text.clone(),
    };
    values.iter().map(|(name, text)| (*name, translate(name, text))).collect()
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
