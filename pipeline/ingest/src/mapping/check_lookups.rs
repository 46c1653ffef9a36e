//! Validation of lookups.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::{
    mapping::{
        column_rule::ColumnRule,
        condition::Condition,
        file_rule::TargetRule,
        lookup_rule::{LookupRule, column_of},
        mapping_text::MappingText,
        source_ref::SourceRef,
        violation::{RuleViolation, violation},
    },
    report::error::IngestError,
};

/// A lookup as written in a mapping file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLookup {
    pattern: String,
    on: String,
    key: Option<String>,
}

impl RawLookup {
    /// Checks a lookup. `read` are the columns that the expressions of its file read.
    pub(super) fn check(self, name: String, read: &[String]) -> Result<LookupRule, RuleViolation> {
        if name.is_empty() || name.contains(['.', '[']) {
            return violation(
                format!("`{name}` is no name of a lookup"),
                "use a name without points and brackets, such as `orders`",
            );
        }
        if self.pattern.is_empty() || self.on.is_empty() {
            return violation(
                format!("lookup `{name}` has an empty `pattern` or `on`"),
                "write for example `pattern = \"orders*.csv\"`, `on = \"order_id\"`",
            );
        }
        let mut columns: Vec<String> = read.iter().filter_map(|own| column_of(&name, own)).collect();
        columns.sort();
        columns.dedup();
        if columns.is_empty() {
            return violation(
                format!("nothing reads lookup `{name}`"),
                format!("read one of its columns as `{name}.column`, or remove the lookup"),
            );
        }
        let key = self.key.unwrap_or_else(|| self.on.clone());
        Ok(LookupRule { name, pattern: self.pattern, on: self.on, key, columns })
    }
}

/// Columns that targets and filters read.
pub(super) fn read_columns(targets: &[TargetRule], filters: &[(Condition, String)]) -> Vec<String> {
    let mut sources: Vec<SourceRef> = Vec::new();
    filters.iter().for_each(|(condition, _)| condition.collect_sources(&mut sources));
    for target in targets {
        target.when.iter().for_each(|when| when.collect_sources(&mut sources));
        let rules = target.columns.iter().map(|(_, rule)| rule);
        rules.for_each(|ColumnRule { expression, .. }| expression.collect_sources(&mut sources));
    }
    sources.iter().flat_map(SourceRef::columns).cloned().collect()
}

impl MappingText<'_> {
    /// Checks the lookups of a file.
    pub(super) fn check_lookups(
        &self,
        raw: BTreeMap<String, Spanned<RawLookup>>,
        read: &[String],
    ) -> Result<Vec<LookupRule>, IngestError> {
        let mut lookups: Vec<LookupRule> = Vec::new();
        let names: Vec<String> = raw.keys().cloned().collect();
        let mut ons = read.to_vec();
        ons.extend(raw.values().map(|own| own.get_ref().on.clone()));
        for (name, own) in raw {
            let span = own.span();
            // The key of one lookup may come from another one.
            let checked = own.into_inner().check(name, &ons);
            lookups.push(checked.map_err(|found| self.error(span, Some("lookup"), found))?);
        }
        // A lookup comes after the one that holds its key.
        let mut ordered: Vec<LookupRule> = Vec::new();
        while !lookups.is_empty() {
            let is_ready = |own: &LookupRule| {
                let needed = names.iter().find(|name| column_of(name, &own.on).is_some());
                needed.is_none_or(|name| ordered.iter().any(|known| known.name == *name))
            };
            let Some(ready) = lookups.iter().position(is_ready) else {
                let found = RuleViolation {
                    rule: format!("the keys of lookups depend on each other: `{}`", lookups[0].name),
                    remedy: "take the key of one of them from the file itself".to_owned(),
                };
                return Err(self.error(0..0, Some("lookup"), found));
            };
            ordered.push(lookups.remove(ready));
        }
        Ok(ordered)
    }
}
