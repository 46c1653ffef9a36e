//! Feature specification: names and kinds of the features in order, with a hash that identifies it.

use arrow::datatypes::{DataType, Schema};

use crate::error::FeatureError;

/// Name of the relation of features.
pub(crate) const RELATION: &str = "offer_features";

/// Columns of `offer_features` that identify, date or describe a row. All others are features; the title is both.
const KEY_COLUMNS: [&str; 19] = [
    "id",
    "campaign_id",
    "product_id",
    "slot_date",
    "opens_at",
    "closes_at",
    "knowledge_at",
    "threshold",
    "threshold_basis",
    "price",
    "currency",
    "capacity",
    "unit_cost",
    "fixed_cost",
    "maker_id",
    "maker_name",
    "url",
    "image_url",
    "run_id",
];

/// Kind of a feature; it decides about the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureKind {
    /// A number, or a boolean as 0 and 1, possibly missing.
    Number,
    /// A level of a few or free text, possibly missing.
    Category,
    /// Hits out of n, known at T: the column pair `<name>_hits` and `<name>_n`.
    Record,
}

/// The ordered names and kinds of the features.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureSpec {
    features: Vec<(String, FeatureKind)>,
}

impl FeatureSpec {
    /// A specification with these features, in this order.
    pub fn new(features: Vec<(String, FeatureKind)>) -> Self {
        Self { features }
    }

    /// The specification of a schema of `offer_features`: keys are left out, and record pairs become one feature.
    ///
    /// # Errors
    /// [`FeatureError::Type`] for a column that is neither number, boolean nor text.
    pub fn from_schema(schema: &Schema) -> Result<Self, FeatureError> {
        let mut features = Vec::new();
        for field in schema.fields() {
            let name = field.name().as_str();
            if KEY_COLUMNS.contains(&name) {
                continue;
            }
            let is_record_of = |record: &str| schema.field_with_name(&format!("{record}_hits")).is_ok();
            if name.strip_suffix("_n").is_some_and(is_record_of) {
                continue; // part of the record
            }
            if let Some(record) = name.strip_suffix("_hits") {
                features.push((record.to_owned(), FeatureKind::Record));
                continue;
            }
            let kind = match field.data_type() {
                DataType::Boolean => FeatureKind::Number,
                kind if kind.is_numeric() => FeatureKind::Number,
                DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => FeatureKind::Category,
                other => {
                    return Err(FeatureError::Type {
                        relation: RELATION,
                        column: name.to_owned(),
                        found: other.to_string(),
                        expected: "a number, a boolean or a text",
                    });
                }
            };
            features.push((name.to_owned(), kind));
        }
        Ok(Self { features })
    }

    /// The features in order.
    pub fn features(&self) -> &[(String, FeatureKind)] {
        &self.features
    }

    /// 16 hex digits that depend on names, kinds and order.
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (name, kind) in &self.features {
            hasher.update(format!("{name}\t{kind:?}\n").as_bytes());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::datatypes::Field;

    #[test]
    fn record_pairs_are_one_feature_and_keys_none() {
        let schema = Schema::new(vec![
            Field::new("id", DataType::Utf8, false),
            Field::new("maker_hits", DataType::Int64, true),
            Field::new("maker_n", DataType::Int64, true),
            Field::new("category", DataType::Utf8, true),
            Field::new("log_threshold", DataType::Float64, true),
        ]);
        let spec = FeatureSpec::from_schema(&schema).unwrap();
        let names: Vec<_> = spec.features().iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["maker", "category", "log_threshold"]);
    }

    #[test]
    fn the_hash_depends_on_order_and_kind() {
        let a = ("a".to_owned(), FeatureKind::Number);
        let b = ("b".to_owned(), FeatureKind::Category);
        let ab = FeatureSpec::new(vec![a.clone(), b.clone()]).hash();
        assert_ne!(ab, FeatureSpec::new(vec![b, a.clone()]).hash());
        assert_ne!(ab, FeatureSpec::new(vec![a, ("b".to_owned(), FeatureKind::Number)]).hash());
    }
}
