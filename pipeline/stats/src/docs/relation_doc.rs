//! Documentation of one relation: header, column types and examples.

use std::collections::BTreeSet;

use arrow::datatypes::{DataType, Schema};

use super::{
    catalog,
    examples::{self, ExampleQuery, examples},
};
use crate::registry::{AUDITS, Audit, RELATIONS, REPORTS, RelationHeader, SqlHeader};

/// Relation of what audits found.
const FINDINGS: &str = "findings";

/// A column of a relation.
#[derive(Clone, Debug)]
pub struct ColumnDoc {
    /// Name of the column.
    pub name: String,
    /// Type, independent of the engine.
    pub data_type: String,
    /// Meaning; empty if it is not documented.
    pub doc: String,
}

/// A relation as users see it.
#[derive(Clone, Debug)]
pub struct RelationDoc {
    /// Name of the relation.
    pub name: String,
    /// Meaning of one row.
    pub grain: String,
    /// Purpose and caveats, by paragraph.
    pub notes: Vec<String>,
    /// Columns in order.
    pub columns: Vec<ColumnDoc>,
    /// Example queries.
    pub examples: Vec<ExampleQuery>,
}

impl RelationDoc {
    /// First sentence of the notes.
    pub fn summary(&self) -> &str {
        let first = self.notes.first().map_or("", String::as_str);
        let sentence = first.split_once(". ").map_or(first, |(sentence, _)| sentence);
        let clause = sentence.split_once("; ").map_or(sentence, |(clause, _)| clause);
        clause.split_once(": ").map_or(clause, |(clause, _)| clause).trim_end_matches('.')
    }
}

/// Relations for users: statistics first, then lists, models and runs, each by name.
pub fn user_relations() -> impl Iterator<Item = &'static str> {
    let with_examples: BTreeSet<&str> = examples::names().collect();
    let statistics: Vec<&str> =
        with_examples.iter().copied().filter(|name| RELATIONS.iter().any(|own| own.name == *name)).collect();
    let others = with_examples.into_iter().filter({
        let statistics = statistics.clone();
        move |name| !statistics.contains(name)
    });
    statistics.into_iter().chain(others)
}

/// Whether a relation is one for users.
pub(crate) fn is_user_relation(name: &str) -> bool {
    examples::names().any(|known| known == name)
}

/// The header of a relation; empty if it has none.
pub fn header(name: &str) -> RelationHeader {
    let built = RELATIONS.iter().map(|relation| (relation.name, relation.sql));
    let reports = REPORTS.iter().map(|report| (report.name, report.sql));
    let sql = built.chain(reports).find(|(known, _)| *known == name).map(|(_, sql)| sql);
    sql.map(|sql| SqlHeader::parse(sql).relation).or_else(|| catalog::header(name)).unwrap_or_default()
}

/// Documentation of a relation with this schema.
pub fn relation_doc(name: &str, schema: &Schema) -> RelationDoc {
    let RelationHeader { grain, mut notes, columns } = header(name);
    if name == FINDINGS {
        notes.extend(AUDITS.iter().map(audit_note));
    }
    let common = catalog::header(catalog::COMMON).unwrap_or_default().columns;
    let doc = |column: &str| {
        let documented = columns.iter().chain(&common).find(|(known, _)| known == column);
        documented.map(|(_, doc)| doc.clone()).unwrap_or_default()
    };
    let columns = schema.fields().iter().map(|field| ColumnDoc {
        name: field.name().clone(),
        data_type: type_name(field.data_type()),
        doc: doc(field.name()),
    });
    RelationDoc { name: name.to_owned(), grain, notes, columns: columns.collect(), examples: examples(name) }
}

/// Documentation of an audit, if there is one of this name.
pub(crate) fn audit_doc(name: &str) -> Option<RelationDoc> {
    let audit = AUDITS.iter().find(|audit| audit.name == name)?;
    let column = |name: &str, doc: &str| ColumnDoc {
        name: name.to_owned(),
        data_type: String::new(),
        doc: doc.to_owned(),
    };
    let question = "What did it find in the last run?".to_owned();
    let sql = format!("SELECT rows, first, remedy\nFROM {FINDINGS}\nWHERE audit = '{name}';");
    Some(RelationDoc {
        name: name.to_owned(),
        grain: "row that the audit finds; the audit itself is no relation".to_owned(),
        notes: vec![audit_note(audit)],
        columns: vec![column("key", "what is concerned"), column("found", "value that was found")],
        examples: if audit.is_finding() { vec![ExampleQuery { question, sql }] } else { Vec::new() },
    })
}

/// Meaning, effect and remedy of an audit.
fn audit_note(audit: &Audit) -> String {
    let effect = if audit.is_finding() { "reports" } else { "stops the run for" };
    let remedy = audit.remedy.map(|remedy| format!(" Remedy: {remedy}.")).unwrap_or_default();
    format!("`{}` {effect} {}.{remedy}", audit.name, audit.finds)
}

/// A type in words that do not depend on the engine.
fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision}, {scale})"),
        DataType::Timestamp(_, Some(zone)) => format!("timestamp ({zone})"),
        DataType::Timestamp(_, None) => "timestamp".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "bytes".to_owned(),
        kind if kind.is_integer() => "integer".to_owned(),
        kind if kind.is_floating() => "number".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::RelationKind;

    #[test]
    fn every_user_relation_is_documented() {
        let kept = RELATIONS.iter().filter(|relation| matches!(relation.kind, RelationKind::Kept(_)));
        let kept = kept.map(|relation| relation.name);
        let reports = REPORTS.iter().filter(|report| report.is_kept).map(|report| report.name);
        for name in kept.chain(reports).chain(catalog::names()).chain(user_relations()) {
            let header = header(name);
            assert!(!header.grain.is_empty(), "`{name}` has no grain");
            assert!(!header.notes.is_empty(), "`{name}` has no note on its purpose");
            assert_eq!(examples(name).len(), 3, "`sql/examples/{name}.sql` has three examples");
            assert!(is_user_relation(name), "`{name}` is for users");
        }
    }

    #[test]
    fn audits_are_documented() {
        let doc = audit_doc("finding_stale_facts").unwrap();
        assert!(doc.notes[0].starts_with("`finding_stale_facts` reports tables"), "{:?}", doc.notes);
        assert!(doc.notes[0].contains(" Remedy: check the export"), "{:?}", doc.notes);
        assert!(doc.examples[0].sql.contains("audit = 'finding_stale_facts'"));
        let stopping = audit_doc("orders_conserved").unwrap();
        assert!(stopping.notes[0].contains("stops the run") && stopping.examples.is_empty());
        assert!(audit_doc("orders").is_none());
        let notes = relation_doc(FINDINGS, &Schema::empty()).notes;
        assert!(AUDITS.iter().all(|audit| notes.contains(&audit_note(audit))));
    }

    #[test]
    fn the_summary_is_the_first_clause() {
        let note = "Additive parts of a score: they sum. More".to_owned();
        let doc = RelationDoc {
            name: String::new(),
            grain: String::new(),
            notes: vec![note],
            columns: Vec::new(),
            examples: Vec::new(),
        };
        assert_eq!(doc.summary(), "Additive parts of a score");
    }
}
