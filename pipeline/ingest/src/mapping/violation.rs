//! Violations of mapping rules.

/// A violated rule of a mapping, and a remedy.
#[derive(Debug)]
pub(super) struct RuleViolation {
    pub(super) rule: String,
    pub(super) remedy: String,
}

/// Returns a violation as an error.
pub(super) fn violation<T>(rule: impl Into<String>, remedy: impl Into<String>) -> Result<T, RuleViolation> {
    Err(RuleViolation { rule: rule.into(), remedy: remedy.into() })
}
