//! Lookup tables of a batch. Each is read once, from the files of the inbox.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    mapping::{lookup_rule::LookupRule, pattern::glob_matches, source_mapping::Mapping},
    report::file_error::FileError,
    source::{file::InboxFile, file_layout::FileLayout, record::NextRecord, record_reader::RecordReader},
    transform::{
        lookup_table::LookupTable,
        text_columns::{CellPath, locate},
    },
    values::{cell_cleaner::CellCleaner, normalize::normalize_text},
};

/// Lookup tables of a batch, by rule and by the layout of the files that need them.
pub(crate) struct LookupCache<'a> {
    mapping: &'a Mapping,
    files: &'a [InboxFile],
    tables: Mutex<Vec<(LookupRule, Arc<LookupTable>)>>,
}

impl<'a> LookupCache<'a> {
    /// Cache for an inbox, with its files in order of their names.
    pub(crate) fn new(mapping: &'a Mapping, files: &'a [InboxFile]) -> Self {
        Self { mapping, files, tables: Mutex::default() }
    }

    /// Tables of the lookups of a file.
    pub(crate) fn tables(
        &self,
        file: &str,
        rules: &[LookupRule],
        layout: &FileLayout,
    ) -> Result<Vec<Arc<LookupTable>>, FileError> {
        rules.iter().map(|rule| self.table(file, rule, layout)).collect()
    }

    fn table(
        &self,
        file: &str,
        rule: &LookupRule,
        layout: &FileLayout,
    ) -> Result<Arc<LookupTable>, FileError> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = tables.iter().find(|(own, _)| own == rule) {
            return Ok(Arc::clone(known));
        }
        let mut table = LookupTable::new(rule.clone());
        let files: Vec<&InboxFile> =
            self.files.iter().filter(|own| glob_matches(&rule.pattern, &own.name)).collect();
        if files.is_empty() {
            return Err(FileError::LookupNotFound {
                file: file.to_owned(),
                lookup: rule.name.clone(),
                pattern: rule.pattern.clone(),
            });
        }
        for other in files {
            let own_layout = self.mapping.layout(&other.name);
            let layout = own_layout.as_deref().unwrap_or(layout);
            let nulls = [self.mapping.nulls(&other.name), self.mapping.nulls(file)];
            let nulls = nulls.into_iter().find(|own| !own.is_empty()).unwrap_or_default();
            self.read(other, rule, layout, &CellCleaner::new(nulls), &mut table).map_err(|message| {
                FileError::LookupFailed { file: file.to_owned(), lookup: rule.name.clone(), message }
            })?;
        }
        let table = Arc::new(table);
        tables.push((rule.clone(), Arc::clone(&table)));
        Ok(table)
    }

    /// Adds the rows of a file to a table.
    fn read(
        &self,
        other: &InboxFile,
        rule: &LookupRule,
        layout: &FileLayout,
        cleaner: &CellCleaner,
        table: &mut LookupTable,
    ) -> Result<(), String> {
        let mut records = RecordReader::open(other, layout, &()).map_err(|error| error.to_string())?;
        let header: Vec<String> =
            records.header().iter().map(|name| normalize_text(name).into_owned()).collect();
        let find = |name: &String| {
            locate(&header, name).ok_or_else(|| format!("`{}` lacks column `{name}`", other.name))
        };
        let key = find(&rule.key)?;
        let columns: Vec<CellPath> = rule.columns.iter().map(find).collect::<Result<_, _>>()?;
        loop {
            match records.next_record().map_err(|error| error.to_string())? {
                NextRecord::End => return Ok(()),
                NextRecord::Malformed(_) => table.unread += 1,
                NextRecord::Valid => {
                    let record = records.record();
                    let text = |own: &CellPath| {
                        let cell = own.text(&record)?;
                        cleaner.clean(&cell, &mut false).map(Cow::into_owned)
                    };
                    let Some(key) = text(&key) else {
                        table.unread += 1;
                        continue;
                    };
                    let cells = columns.iter().map(|own| text(own).map(String::into_boxed_str)).collect();
                    table
                        .insert(&key, cells)
                        .map_err(|_| "its cells need more than 256 MiB of memory".to_owned())?;
                }
            }
        }
    }
}
