//! What must not leave the house: cost, margin, split, and what they follow into.

/// Words that mark a name from which cost, margin or split could be read.
const CONFIDENTIAL: [&str; 6] = ["cost", "costs", "margin", "margins", "profit", "split"];
/// What follows from them under a name that does not say so.
const FOLLOWING: [&str; 1] = ["expected_value"];

/// Who reads what is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// Anybody whom a page or a file may reach: nothing internal.
    #[default]
    Everyone,
    /// People of the house, who asked for it by name (`--internal`).
    House,
}

impl Audience {
    /// Whether a column or a feature of this name is for these readers.
    pub fn may_see(self, name: &str) -> bool {
        self == Self::House || !is_internal(name)
    }
}

/// Whether a column or a feature is internal: a part of its name speaks of cost, margin or split.
///
/// Judged by name, so that a feature added later is kept back without a change here.
pub fn is_internal(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    FOLLOWING.contains(&name.as_str()) || name.split('_').any(|part| CONFIDENTIAL.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_in_any_dress_is_kept_back() {
        for name in ["unit_cost", "log_fixed_cost", "attr_Margin", "cost_per_threshold", "expected_value"] {
            assert!(is_internal(name) && !Audience::Everyone.may_see(name), "{name}");
            assert!(Audience::House.may_see(name), "{name}");
        }
        for name in ["price", "costume", "category", "attr_costume_size", "expected_amount"] {
            assert!(!is_internal(name), "{name}");
        }
    }
}
