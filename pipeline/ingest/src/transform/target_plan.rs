//! Plan for the target tables of a file.

use slotcast_lake::contract::ContractTable;

use crate::{
    mapping::{
        attributes::KindInference, column_rule::ColumnRule, condition::Condition, file_rule::TargetRule,
        source_ref::SourceRef,
    },
    report::file_error::FileError,
    transform::value_type::ValueType,
};

/// Inference of the kind of an attribute from a source column.
pub(crate) type InferKind<'a> = &'a dyn Fn(usize) -> Result<KindInference, FileError>;

/// Plan for one table row from each source row.
#[derive(Debug)]
pub(crate) struct TargetPlan {
    pub(crate) table: &'static ContractTable,
    pub(crate) when: Option<Condition>,
    /// Contract columns in their order, then attributes by name.
    pub(crate) columns: Vec<ColumnPlan>,
}

/// Plan for one target column.
#[derive(Debug)]
pub(crate) struct ColumnPlan {
    pub(crate) name: String,
    pub(crate) value_type: ValueType,
    pub(crate) required: bool,
    /// None if the column is null.
    pub(crate) rule: Option<ColumnRule>,
    /// Source column, if the cell is used unmodified and without polars.
    pub(crate) direct: Option<usize>,
}

impl ColumnPlan {
    /// Rule of a column that polars evaluates.
    pub(crate) fn polars_rule(&self) -> Option<&ColumnRule> {
        self.rule.as_ref().filter(|_| self.direct.is_none())
    }
}

/// All references that a target reads.
pub(crate) fn sources_of(target: &TargetRule) -> Vec<SourceRef> {
    let mut found = Vec::new();
    if let Some(when) = &target.when {
        when.collect_sources(&mut found);
    }
    target.columns.iter().for_each(|(_, rule)| rule.expression.collect_sources(&mut found));
    found
}
