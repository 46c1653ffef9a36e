//! The relation `findings`, and its rows as warnings.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_publish::bilingual_finding;
use slotcast_stats::Finding;

use crate::{
    batch_builder::BatchBuilder,
    batch_row::{BatchRow, batch_rows},
    run_snapshot::RunSnapshot,
};

pub(super) const RELATION: &str = "findings";

/// The relation.
pub(super) fn batch(findings: &[Finding]) -> Result<RecordBatch> {
    BatchBuilder::default()
        .text("audit", findings.iter().map(|finding| finding.audit.to_owned()))
        .text("meaning", findings.iter().map(|finding| finding.meaning.clone()))
        .count("rows", findings.iter().map(|finding| finding.rows))
        .text("first", findings.iter().map(|finding| finding.first.clone()))
        .text("remedy", findings.iter().map(|finding| finding.remedy.to_owned()))
        .batch()
}

/// Warnings for the head of a page, in both languages.
pub(super) async fn finding_warnings(run: &RunSnapshot) -> Result<Vec<String>> {
    let findings = run.rows_or_empty(RELATION).await?;
    let warning = |row: BatchRow<'_>| {
        let (audit, meaning, first) = (row.text("audit")?, row.text("meaning")?, row.text("first")?);
        // Findings of older runs have no remedy.
        let remedy = row.text("remedy").unwrap_or_default();
        Some(bilingual_finding(&audit, &meaning, &remedy, row.count("rows")?, &first))
    };
    Ok(batch_rows(&findings).filter_map(warning).collect())
}

#[cfg(test)]
mod tests {
    use slotcast_stats::AUDITS;

    use super::*;

    /// English meaning and remedy replace only texts that are missing.
    #[test]
    fn every_finding_has_a_text_in_both_languages() {
        let findings: Vec<_> = AUDITS.iter().filter(|audit| audit.name.starts_with("finding_")).collect();
        assert!(findings.len() >= 9, "{findings:?}");
        for audit in findings {
            let text = bilingual_finding(audit.name, "no text", "no remedy", 1_200, "`c-1 KRW, USD`");
            assert!(!text.contains("no text"), "`{}` has no text in {text}", audit.name);
            assert!(!text.contains("no remedy"), "`{}` has no remedy in {text}", audit.name);
            let (korean, english) = text.split_once(" · ").unwrap();
            assert!(korean.ends_with("세요.") && english.ends_with('.'), "{text}");
            assert!(text.contains("1,200") && text.contains("`c-1 KRW, USD`"), "{text}");
        }
        let new = bilingual_finding("finding_new", "rows of a new kind", "mend them", 1, "`x`");
        assert!(new.contains("rows of a new kind") && new.contains("mend them"), "{new}");
    }
}
