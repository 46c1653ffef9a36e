//! Texts of all outputs in Korean and English.

mod lang;

mod catalog;

mod value_format;

mod feature_labels;

mod reasons;

mod messages;

pub(crate) use catalog::Catalog;
pub(crate) use reasons::{reason_phrase, visible_reasons};

pub use lang::{Lang, UnknownLang};
pub use messages::{bilingual_finding, bilingual_refusal, bilingual_warning, explain_message, warning};
pub use reasons::{change_text, reason_text, reasons_text};

#[cfg(test)]
mod tests;
