//! Plans for the columns of target tables: their types, and the cells that need no expression.

use slotcast_lake::contract::ContractTable;

use crate::{
    mapping::{
        attributes::{AttributeKind, AttributeKinds},
        column_rule::ColumnRule,
        expression::Expression,
        file_rule::TargetRule,
    },
    report::file_error::FileError,
    transform::{
        plan::FilePlan,
        target_plan::{ColumnPlan, InferKind, TargetPlan},
        value_type::ValueType,
    },
};

impl FilePlan {
    pub(super) fn plan_target(
        &mut self,
        file: &str,
        rule: &TargetRule,
        infer: InferKind<'_>,
        kinds: &mut AttributeKinds,
    ) -> Result<TargetPlan, FileError> {
        let table = rule.table;
        let mut columns = Vec::new();
        for column in table.columns {
            let own = rule.columns.iter().find(|(name, _)| name == column.name).map(|(_, rule)| rule.clone());
            let value_type = ValueType::from_contract(column.kind);
            columns.push(self.plan_column(file, table, column.name, value_type, own)?);
        }
        for (name, own) in rule.columns.iter().filter(|(name, _)| table.column(name).is_none()) {
            if let Some(other) = kinds.conflicting_table(table, name) {
                return Err(FileError::AttributeNameTaken {
                    file: file.to_owned(),
                    column: name.clone(),
                    table: table.name.to_owned(),
                    other: other.to_owned(),
                });
            }
            // An empty column has no kind yet and adds nothing.
            let Some(kind) = self.attribute_kind(file, table, name, own, infer, kinds)? else { continue };
            kinds.insert(table.name, name, kind.arrow_type());
            let value_type = ValueType::from_attribute(kind);
            columns.push(self.plan_column(file, table, name, value_type, Some(own.clone()))?);
        }
        Ok(TargetPlan { table, when: rule.when.clone(), columns })
    }

    fn plan_column(
        &mut self,
        file: &str,
        table: &ContractTable,
        name: &str,
        value_type: ValueType,
        mut rule: Option<ColumnRule>,
    ) -> Result<ColumnPlan, FileError> {
        if let Some(rule) = rule.as_mut().filter(|_| value_type.is_numeric() && !self.numbers.is_plain()) {
            let is_json = |name: &str| self.texts.is_json(name);
            rule.expression = rule.expression.clone().with_numeric_cells(&is_json);
            let mut sources = Vec::new();
            rule.expression.collect_sources(&mut sources);
            self.add_sources(file, table.name, &sources)?;
        }
        Ok(ColumnPlan {
            name: name.to_owned(),
            value_type,
            required: table.column(name).is_some_and(|column| column.required),
            direct: rule.as_ref().and_then(|rule| self.direct_column(rule)),
            rule,
        })
    }

    fn direct_column(&self, rule: &ColumnRule) -> Option<usize> {
        match &rule.expression {
            Expression::Source(source) => self.texts.cell(self.texts.find(source.as_column()?)?),
            _ => None,
        }
    }

    fn attribute_kind(
        &self,
        file: &str,
        table: &ContractTable,
        name: &str,
        rule: &ColumnRule,
        infer: InferKind<'_>,
        kinds: &AttributeKinds,
    ) -> Result<Option<AttributeKind>, FileError> {
        match (rule.kind, kinds.kind(table, name)) {
            (Some(declared), Some(stored)) if declared != stored => Err(FileError::AttributeKindConflict {
                file: file.to_owned(),
                column: name.to_owned(),
                declared: declared.name(),
                stored: stored.name(),
            }),
            (Some(kind), _) | (None, Some(kind)) => Ok(Some(kind)),
            (None, None) => match self.direct_column(rule) {
                Some(column) => Ok(infer(column)?.kind()),
                None => Ok(Some(AttributeKind::Text)),
            },
        }
    }
}
