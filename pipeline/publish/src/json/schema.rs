//! JSON Schema of the ranking. The columns of offers follow from the offer schema.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    columns::{COLUMNS, Column, ColumnKind, Section},
    error::PublishError,
    i18n::{Catalog, Lang},
    view::OfferFlag,
};

/// The schema without the columns of offers.
const BASE: &str = include_str!("../../schema/ranking.schema.json");

/// Schema of `ranking.json` (JSON Schema, draft 2020-12).
///
/// # Errors
///
/// If the columns cannot be written as JSON.
pub fn ranking_schema() -> Result<String, PublishError> {
    let mut schema = BASE.to_owned();
    for (section, name) in
        [(Section::Offer, "offer"), (Section::Details, "details"), (Section::Change, "change")]
    {
        let columns = || COLUMNS.iter().filter(|column| column.section == section);
        // Objects without an internal column are complete, too: it is not required.
        let required: Vec<String> = columns()
            .filter(|column| column.is_exported_to(slotcast_core::Audience::Everyone))
            .map(|column| serde_json::to_string(column.name))
            .collect::<Result<_, _>>()?;
        let properties: Vec<String> = columns().map(property).collect::<Result<_, PublishError>>()?;
        schema = schema
            .replace(&format!("\"@required {name}\""), &required.join(", "))
            .replace(&format!("\"@properties {name}\": {{}}"), &properties.join(",\n        "));
    }
    Ok(schema)
}

fn property(column: &Column) -> Result<String, PublishError> {
    Ok(format!("{}: {}", serde_json::to_string(column.name)?, serde_json::to_string(&Property(column))?))
}

/// Schema of one column.
struct Property<'a>(&'a Column);

impl Serialize for Property<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(column) = self;
        let mut map = serializer.serialize_map(None)?;
        let json_type = match column.kind {
            ColumnKind::Flags => "array",
            ColumnKind::Bool => "boolean",
            ColumnKind::Rank | ColumnKind::Count => "integer",
            ColumnKind::Text
            | ColumnKind::Prose
            | ColumnKind::Link
            | ColumnKind::Date
            | ColumnKind::Basis => "string",
            _ => "number",
        };
        if column.is_required {
            map.serialize_entry("type", json_type)?;
        } else {
            map.serialize_entry("type", &[json_type, "null"])?;
        }
        match column.kind {
            ColumnKind::Date => map.serialize_entry("format", "date")?,
            ColumnKind::Rank => map.serialize_entry("minimum", &1)?,
            ColumnKind::Count => map.serialize_entry("minimum", &0)?,
            ColumnKind::Basis => map.serialize_entry("enum", &["units", "amount"])?,
            ColumnKind::Flags => {
                map.serialize_entry(
                    "items",
                    &serde_json::json!({ "enum": OfferFlag::ALL.map(OfferFlag::as_str) }),
                )?;
            }
            ColumnKind::Probability => {
                map.serialize_entry("minimum", &0)?;
                map.serialize_entry("maximum", &1)?;
            }
            _ => {}
        }
        let about = Catalog::of(Lang::En).text(&format!("column.{}_about", column.name));
        map.serialize_entry("description", about)?;
        map.end()
    }
}
