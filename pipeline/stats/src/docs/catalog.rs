//! Headers of relations that Rust writes: Markdown files under `sql/catalog/`.
//!
//! `Grain: ...` gives the grain, an item ``- `name`: ...`` documents a column, other lines are notes.

use crate::registry::{CATALOG, CommentReader, RelationHeader};

/// Names of the relations in the catalog.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    CATALOG.iter().map(|file| file.name).filter(|name| *name != COMMON)
}

/// File of the columns that mean the same in every relation.
pub(super) const COMMON: &str = "common";

/// The header of a relation in the catalog.
pub(super) fn header(name: &str) -> Option<RelationHeader> {
    CATALOG.iter().find(|file| file.name == name).map(|file| parse(file.text))
}

fn parse(text: &str) -> RelationHeader {
    let mut reader = CommentReader::default();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(grain) = line.strip_prefix("Grain:") {
            reader.grain(grain.trim());
        } else if let Some((name, doc)) = column(line) {
            reader.column(name, doc);
        } else {
            reader.text(line);
        }
    }
    reader.finish()
}

fn column(line: &str) -> Option<(&str, &str)> {
    let (name, doc) = line.strip_prefix("- `")?.split_once("`:")?;
    Some((name, doc.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_catalog_is_parsed() {
        let header = parse(
            "# runs\n\nGrain: run\n\nLedger of\nruns.\n\nMore.\n\n- `a`: one\n  long text\n- `b_c`: `x`: y\n",
        );
        assert_eq!(header.grain, "run");
        assert_eq!(header.notes, ["Ledger of runs.", "More."]);
        let columns: Vec<_> =
            header.columns.iter().map(|(name, doc)| (name.as_str(), doc.as_str())).collect();
        assert_eq!(columns, [("a", "one long text"), ("b_c", "`x`: y")]);
    }
}
