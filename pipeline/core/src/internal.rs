//! Confidential columns: cost, margin, split, and everything derived from them.

/// Parts of a column name that mark it as confidential.
const CONFIDENTIAL: [&str; 6] = ["cost", "costs", "margin", "margins", "profit", "split"];
/// Derived columns whose names do not contain such a word.
const DERIVED: [&str; 1] = ["expected_value"];

/// The readers of an output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// Anyone: no confidential columns.
    #[default]
    Everyone,
    /// Staff, on request (`--internal`): all columns.
    Internal,
}

impl Audience {
    /// Whether this audience may see a column or feature of this name.
    pub fn may_see(self, name: &str) -> bool {
        self == Self::Internal || !is_internal(name)
    }
}

/// Whether a column or feature is confidential, judged by the parts of its name.
///
/// The rule covers features that are added later without a change here.
pub fn is_internal(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    DERIVED.contains(&name.as_str()) || name.split('_').any(|part| CONFIDENTIAL.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_columns_are_internal() {
        for name in ["unit_cost", "log_fixed_cost", "attr_Margin", "cost_per_threshold", "expected_value"] {
            assert!(is_internal(name) && !Audience::Everyone.may_see(name), "{name}");
            assert!(Audience::Internal.may_see(name), "{name}");
        }
        for name in ["price", "costume", "category", "attr_costume_size", "expected_amount"] {
            assert!(!is_internal(name), "{name}");
        }
    }
}
