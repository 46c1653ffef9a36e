//! Text columns that expressions read: cells, values in JSON texts, elements of a list, looked-up cells.

use std::{borrow::Cow, sync::Arc};

use crate::{
    mapping::{file_rule::FileRule, header::column_index, source_ref::SourceRef},
    source::record_reader::RecordView,
    transform::lookup_table::LookupTable,
    values::json_path::JsonPath,
};

/// A text of a source row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TextColumn {
    /// Cell of a column of the file.
    Cell(usize),
    /// Element of the list whose elements are rows.
    Element,
    /// Value in the JSON of another text.
    Path { of: usize, path: JsonPath },
    /// Cell of another file: lookup, text with the key, column.
    Lookup { lookup: usize, on: usize, column: usize },
}

/// A cell, or a value in the JSON of a cell.
#[derive(Clone, Debug)]
pub(crate) struct CellPath {
    pub(crate) column: usize,
    pub(crate) path: Option<JsonPath>,
}

impl CellPath {
    /// Text in a record; none if it is empty.
    pub(crate) fn text<'r>(&self, record: &'r RecordView<'_>) -> Option<Cow<'r, str>> {
        let cell = record.cell(self.column)?;
        match &self.path {
            None => Some(Cow::Borrowed(cell)),
            Some(path) => path.text(cell),
        }
    }
}

/// Column with a name, else the longest column name at its start that is followed by a path.
pub(crate) fn locate(header: &[String], name: &str) -> Option<CellPath> {
    if let Some(column) = column_index(header, name) {
        return Some(CellPath { column, path: None });
    }
    let mut ends = name.char_indices().rev().filter(|(_, letter)| matches!(letter, '.' | '['));
    ends.find_map(|(at, _)| {
        let column = column_index(header, &name[..at])?;
        let path = JsonPath::parse(name[at..].strip_prefix('.').unwrap_or(&name[at..]))?;
        Some(CellPath { column, path: Some(path) })
    })
}

/// Text columns of a file, by the names of a mapping.
#[derive(Debug)]
pub(crate) struct TextColumns {
    header: Vec<String>,
    explode_name: Option<String>,
    /// Key column per lookup, and its cells.
    lookups: Vec<(String, Arc<LookupTable>)>,
    columns: Vec<TextColumn>,
    names: Vec<(String, usize)>,
}

impl TextColumns {
    pub(crate) fn new(rule: &FileRule, header: &[String], lookups: &[Arc<LookupTable>]) -> Self {
        let ons = rule.lookups.iter().map(|own| own.on.clone());
        Self {
            header: header.to_vec(),
            explode_name: rule.explode.clone(),
            lookups: ons.zip(lookups.iter().map(Arc::clone)).collect(),
            columns: Vec::new(),
            names: Vec::new(),
        }
    }

    pub(crate) fn all(&self) -> &[TextColumn] {
        &self.columns
    }

    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    pub(crate) fn lookup(&self, lookup: usize) -> &Arc<LookupTable> {
        &self.lookups[lookup].1
    }

    /// Index of the text with a name; none if [`Self::add`] did not find it.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(own, _)| own == name).map(|(_, index)| *index)
    }

    /// Column of the file with the text of a name, if it is a cell.
    pub(crate) fn cell(&self, index: usize) -> Option<usize> {
        match self.columns[index] {
            TextColumn::Cell(column) => Some(column),
            _ => None,
        }
    }

    /// Returns whether a name refers to a value inside JSON.
    pub(crate) fn is_json(&self, name: &str) -> bool {
        let column = self.find(name).map(|index| &self.columns[index]);
        matches!(column, Some(TextColumn::Path { .. } | TextColumn::Element))
    }

    /// Replaces names by indices; none if a name is unknown.
    pub(crate) fn resolve(&self, source: &SourceRef) -> Option<SourceRef<usize>> {
        source.resolve(&|name| self.find(name))
    }

    /// Adds the text with a name; false if the file has none.
    ///
    /// A column of the file comes first, then an element, then a lookup, then the longest column
    /// name that is followed by a path.
    pub(crate) fn add(&mut self, name: &str) -> bool {
        if self.find(name).is_some() {
            return true;
        }
        match self.search(name) {
            Some(column) => {
                let index = self.insert(column);
                self.names.push((name.to_owned(), index));
                true
            }
            None => false,
        }
    }

    /// Adds every column of the file, and its element, for comparisons of whole rows.
    pub(crate) fn add_row(&mut self) -> Vec<usize> {
        let mut row: Vec<usize> =
            (0..self.header.len()).map(|column| self.insert(TextColumn::Cell(column))).collect();
        if self.explode_name.is_some() {
            row.push(self.insert(TextColumn::Element));
        }
        row
    }

    fn search(&mut self, name: &str) -> Option<TextColumn> {
        if let Some(column) = column_index(&self.header, name) {
            return Some(TextColumn::Cell(column));
        }
        if let Some(path) = self.explode_name.as_deref().and_then(|list| element_path(name, list)) {
            if path.is_empty() {
                return Some(TextColumn::Element);
            }
            let path = JsonPath::parse(path)?;
            return Some(TextColumn::Path { of: self.insert(TextColumn::Element), path });
        }
        for lookup in 0..self.lookups.len() {
            let (on, table) = self.lookups[lookup].clone();
            if let Some(column) = table.column_index(name) {
                let on = self.add(&on).then(|| self.find(&on)).flatten()?;
                return Some(TextColumn::Lookup { lookup, on, column });
            }
        }
        let CellPath { column, path } = locate(&self.header, name)?;
        Some(TextColumn::Path { of: self.insert(TextColumn::Cell(column)), path: path? })
    }

    fn insert(&mut self, column: TextColumn) -> usize {
        self.columns.iter().position(|own| *own == column).unwrap_or_else(|| {
            self.columns.push(column);
            self.columns.len() - 1
        })
    }
}

/// Path inside an element, if a name refers to the elements of a list: `list[]` or `list[].path`.
fn element_path<'n>(name: &'n str, list: &str) -> Option<&'n str> {
    let rest = name.strip_prefix(list)?.strip_prefix("[]")?;
    if rest.is_empty() || rest.starts_with('[') { Some(rest) } else { rest.strip_prefix('.') }
}
