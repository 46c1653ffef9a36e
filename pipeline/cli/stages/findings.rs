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
        .batch()
}

/// Warnings for the head of a page, in both languages.
pub(super) async fn finding_warnings(run: &RunSnapshot) -> Result<Vec<String>> {
    let findings = run.rows_or_empty(RELATION).await?;
    let warning = |row: BatchRow<'_>| {
        let (audit, meaning, first) = (row.text("audit")?, row.text("meaning")?, row.text("first")?);
        Some(bilingual_finding(&audit, &meaning, row.count("rows")?, &first))
    };
    Ok(batch_rows(&findings).filter_map(warning).collect())
}

#[cfg(test)]
mod tests {
    use slotcast_stats::AUDITS;

    use super::*;

    /// The English meaning replaces only a text that is missing.
    #[test]
    fn every_finding_has_a_text_in_both_languages() {
        let findings: Vec<_> = AUDITS.iter().filter(|audit| audit.name.starts_with("finding_")).collect();
        assert!(findings.len() >= 9, "{findings:?}");
        for audit in findings {
            let text = bilingual_finding(audit.name, "no text", 1_200, "`c-1 KRW, USD`");
            assert!(!text.contains("no text"), "`{}` has no text in {text}", audit.name);
            assert!(text.contains("1,200") && text.contains("`c-1 KRW, USD`"), "{text}");
        }
        assert!(
            bilingual_finding("finding_new", "rows of a new kind", 1, "`x`").contains("rows of a new kind")
        );
    }
}
