//! Numbers as text, so that what is read equals what was written to the last bit.
//!
//! serde_json reads most numbers exactly, but not all without its feature
//! `float_roundtrip`. The shortest decimal that Rust prints and its own parser
//! are exact, and a person can still read them.

/// For `#[serde(with = "exact::number")]`.
pub(crate) mod number {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{value:?}"))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// For `#[serde(with = "exact::list")]`.
pub(crate) mod list {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|value| format!("{value:?}")))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Numbers {
        #[serde(with = "super::number")]
        one: f64,
        #[serde(with = "super::list")]
        many: Vec<f64>,
    }

    proptest! {
        #[test]
        fn every_number_comes_back_to_the_bit(
            one in any::<f64>(),
            many in prop::collection::vec(any::<f64>(), 0..5),
        ) {
            let text = serde_json::to_string(&Numbers { one, many: many.clone() }).unwrap();
            let back: Numbers = serde_json::from_str(&text).unwrap();
            prop_assert!(back.one.to_bits() == one.to_bits() || one.is_nan());
            for (before, after) in many.iter().zip(&back.many) {
                prop_assert!(before.to_bits() == after.to_bits() || before.is_nan());
            }
        }
    }
}
