//! Page views and social signals: their columns in facts and in staging.

use arrow::{
    array::{Array, AsArray, Int64Array, RecordBatch, StringViewArray},
    datatypes::{DataType, SchemaRef},
};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::{
    fact_columns::{VersionColumns, counts, instants},
    id_dictionary::IdDictionary,
};
use crate::{
    engine::{required_column, schema_of},
    error::StatsError,
};

/// A table of facts that belong to a product and an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProductFact {
    Views,
    Signals,
}

impl ProductFact {
    fn time(self) -> &'static str {
        match self {
            Self::Views => "hour",
            Self::Signals => "occurred_at",
        }
    }

    /// Text columns of a row: one that is kept, and one that only belongs to the key.
    fn texts(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Views => ("channel", None),
            Self::Signals => ("kind", Some("channel")),
        }
    }

    fn measures(self) -> &'static [&'static str] {
        match self {
            Self::Views => &["views", "visitors"],
            Self::Signals => &["count"],
        }
    }

    fn id(self) -> Option<&'static str> {
        match self {
            Self::Views => None,
            Self::Signals => Some("signal_id"),
        }
    }

    /// Columns that staging reads.
    pub(super) fn columns(self) -> Vec<&'static str> {
        let (kept, other) = self.texts();
        let mut names =
            vec!["product_id", self.time(), kept, "recorded_at", "known_at", "source_file_id", "line"];
        names.extend(other);
        names.extend(self.id());
        names.extend(self.measures());
        names
    }

    /// Columns of the staged table; the measures come last.
    pub(super) fn schema(self) -> SchemaRef {
        let text_key = format!("{}_key", self.texts().0);
        let columns = [
            ("product_key", DataType::Int64),
            (&text_key, DataType::Int64),
            ("day", DataType::Date32),
            ("occurred_on", DataType::Date32),
            ("known_on", DataType::Date32),
            ("superseded_on", DataType::Date32),
        ];
        schema_of(columns.into_iter().chain(self.measures().iter().map(|name| (*name, DataType::Int64))))
    }
}

/// Columns of a batch of facts.
pub(super) struct FactColumns<'a> {
    ids: Option<&'a StringViewArray>,
    pub(super) products: Vec<i64>,
    pub(super) texts: Vec<i64>,
    other_texts: Vec<i64>,
    pub(super) times: &'a [i64],
    pub(super) known: &'a [i64],
    pub(super) measures: Vec<&'a Int64Array>,
    pub(super) versions: VersionColumns<'a>,
}

impl<'a> FactColumns<'a> {
    pub(super) fn read(
        table: ProductFact,
        batch: &'a RecordBatch,
        dictionary: &mut IdDictionary,
    ) -> Result<Self, StatsError> {
        let rows = 0..batch.num_rows();
        let mut keys = |name: &str| {
            let encoded = dictionary.encode(required_column(batch, name)?)?;
            Ok::<Vec<i64>, StatsError>(rows.clone().map(|row| encoded.get(row).unwrap_or(-1)).collect())
        };
        let (text, other_text) = table.texts();
        let ids =
            table.id().map(|name| required_column(batch, name)).transpose()?.map(|ids| ids.as_string_view());
        Ok(Self {
            ids: ids.filter(|ids| ids.null_count() < ids.len()),
            products: keys("product_id")?,
            texts: keys(text)?,
            other_texts: other_text.map(keys).transpose()?.unwrap_or_default(),
            times: instants(batch, table.time())?.values(),
            known: instants(batch, "known_at")?.values(),
            measures: table.measures().iter().map(|name| counts(batch, name)).collect::<Result<_, _>>()?,
            versions: VersionColumns::new(batch)?,
        })
    }

    pub(super) fn id(&self, row: usize) -> Option<&str> {
        self.ids.filter(|ids| ids.is_valid(row)).map(|ids| ids.value(row))
    }

    /// Key of a row without an id, within its product.
    fn key(&self, row: usize) -> (i64, i64, i64) {
        (self.times[row], self.texts[row], self.other_texts.get(row).copied().unwrap_or(0))
    }

    /// Hash of a row's key within its product.
    pub(super) fn hash(&self, row: usize) -> u64 {
        match self.id(row) {
            Some(id) => xxh3_64(id.as_bytes()),
            None => {
                let (time, text, other) = self.key(row);
                xxh3_64_with_seed(&time.to_le_bytes(), ((text as u64) << 32) ^ other as u64)
            }
        }
    }

    /// Whether two rows of one product have the same key.
    pub(super) fn is_same(&self, row: usize, other: &FactColumns<'_>, other_row: usize) -> bool {
        match (self.id(row), other.id(other_row)) {
            (None, None) => self.key(row) == other.key(other_row),
            (own, other) => own == other,
        }
    }
}
