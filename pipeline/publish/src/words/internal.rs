//! Which features must not leave the house.

/// Words that mark a feature from which cost, margin or split could be read.
const CONFIDENTIAL: [&str; 6] = ["cost", "costs", "margin", "margins", "profit", "split"];

/// Whether a feature is confidential: a part of its name speaks of cost, margin or split.
///
/// Judged by name, so that a feature added later is kept back without a change here.
pub fn is_internal_feature(feature: &str) -> bool {
    feature.to_ascii_lowercase().split('_').any(|part| CONFIDENTIAL.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_in_any_dress_is_kept_back() {
        for feature in ["unit_cost", "log_fixed_cost", "attr_Margin", "cost_per_threshold"] {
            assert!(is_internal_feature(feature), "{feature}");
        }
        for feature in ["price", "costume", "category", "attr_costume_size"] {
            assert!(!is_internal_feature(feature), "{feature}");
        }
    }
}
