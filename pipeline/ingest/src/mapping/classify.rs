//! Classes of inbox files by their names: taken, excluded, refused, unmatched.

use slotcast_lake::contract::{ContractTable, TABLES};

use crate::{
    mapping::{
        file_rule::FileRule,
        pattern::glob_matches,
        source_mapping::{Mapping, table_of},
    },
    report::file_error::FileError,
    source::{
        file::{Compression, FileFormat},
        file_kind::{FileKind, base_name, stem},
        inbox::FileClass,
    },
};

impl Mapping {
    /// Class of a file by its path inside the inbox.
    pub fn classify(&self, file: &str) -> FileClass {
        match &self.files {
            None => classify_by_folder(file),
            Some(rules) => match self.rule(file) {
                Some(FileRule { ignored: Some(reason), .. }) => FileClass::Excluded(reason.clone()),
                Some(rule) if is_readable(file, &rule.pattern) => FileClass::Taken,
                Some(rule) => FileClass::Refused(tables_of(rule), not_read(file)),
                None if self.is_lookup_file(file) => FileClass::Lookup,
                None => self.classify_near(rules, file),
            },
        }
    }

    /// Tables of the rows of a file.
    pub fn tables(&self, file: &str) -> Vec<String> {
        match &self.files {
            None => table_of(file).map(|table| table.name.to_owned()).into_iter().collect(),
            Some(_) => self.rule(file).map(tables_of).unwrap_or_default(),
        }
    }

    /// Patterns that match none of these files, without those that exclude files.
    pub fn unused_patterns<'a>(&'a self, files: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        let rules = self.files.as_deref().unwrap_or_default();
        let mut unused: Vec<&FileRule> = rules.iter().filter(|rule| rule.ignored.is_none()).collect();
        for file in files {
            let own = self.rule(file);
            unused.retain(|rule| own.is_none_or(|own| !std::ptr::eq(own, *rule)));
        }
        unused.into_iter().map(|rule| rule.pattern.as_str()).collect()
    }

    /// Class of a file that matches no pattern.
    fn classify_near(&self, rules: &[FileRule], file: &str) -> FileClass {
        let mapping = self.name().to_owned();
        let targets = || rules.iter().filter(|rule| rule.ignored.is_none());
        if let Some(rule) = targets().find(|rule| is_near(&rule.pattern, file)) {
            let error = if is_readable(file, &rule.pattern) || !is_readable(&rule.pattern, &rule.pattern) {
                FileError::NearPattern { file: file.to_owned(), mapping, pattern: rule.pattern.clone() }
            } else {
                not_read(file)
            };
            return FileClass::Refused(tables_of(rule), error);
        }
        let folder = file.split_once('/').map_or("", |(folder, _)| folder);
        let is_own = |table: &String| same_name(table, folder);
        match targets().flat_map(tables_of).find(is_own) {
            Some(table) => {
                let error = FileError::NoPattern { file: file.to_owned(), mapping, table: table.clone() };
                FileClass::Refused(vec![table], error)
            }
            None => FileClass::Unmatched,
        }
    }
}

/// Class of a file in an inbox with one folder per table.
fn classify_by_folder(file: &str) -> FileClass {
    let (folder, base) = file.split_once('/').unwrap_or(("", file));
    let table = |name: &str| TABLES.iter().map(|table| table.name).find(|own| same_name(own, name));
    match table(folder) {
        Some(name) if ContractTable::find(folder).is_none() => {
            let error = FileError::WrongFolder { file: file.to_owned(), table: name.to_owned() };
            FileClass::Refused(vec![name.to_owned()], error)
        }
        // Plain text has no stated delimiter here.
        Some(_) if FileFormat::from_name(file) != Some(FileFormat::Text) && is_readable(file, "") => {
            FileClass::Taken
        }
        Some(name) => FileClass::Refused(vec![name.to_owned()], not_read(file)),
        None => match table(&stem(base)).filter(|_| folder.is_empty()) {
            Some(name) => {
                let error = FileError::WrongFolder { file: file.to_owned(), table: name.to_owned() };
                FileClass::Refused(vec![name.to_owned()], error)
            }
            None => FileClass::Unmatched,
        },
    }
}

fn tables_of(rule: &FileRule) -> Vec<String> {
    let mut tables: Vec<String> = rule.identity.iter().map(|table| table.name.to_owned()).collect();
    for target in &rule.targets {
        if !tables.iter().any(|own| own == target.table.name) {
            tables.push(target.table.name.to_owned());
        }
    }
    tables
}

fn not_read(file: &str) -> FileError {
    FileKind::from_name(file).not_read(file)
}

/// Returns whether a name has a format that is read. Plain text needs a pattern that names it.
fn is_readable(file: &str, pattern: &str) -> bool {
    if file.contains("_delta_log/") {
        return false;
    }
    match FileFormat::from_name(file) {
        Some(FileFormat::Text) => FileFormat::from_name(pattern) == Some(FileFormat::Text),
        Some(_) => true,
        None => {
            let (compression, rest) = Compression::from_name(file);
            // The file inside of the archive decides.
            compression == Compression::Zip && FileKind::is_table(file) && !base_name(rest).contains('.')
        }
    }
}

/// Returns whether names are equal except for case, and for `-` and a space in place of `_`.
fn same_name(one: &str, other: &str) -> bool {
    other.to_lowercase().replace(['-', ' '], "_") == one
}

/// Returns whether a name would match a pattern with another case, extension or folder.
fn is_near(pattern: &str, file: &str) -> bool {
    let (pattern, file_stem) = (stem(pattern), stem(file));
    if base_name(&pattern).chars().all(|letter| letter == '*') && !FileKind::is_table(file) {
        return false;
    }
    if glob_matches(&pattern, &file_stem) {
        return true;
    }
    // The folders of the pattern may be in other folders.
    let mut rest = file_stem.as_str();
    while let Some((_, inner)) = rest.split_once('/') {
        if glob_matches(&pattern, inner) {
            return true;
        }
        rest = inner;
    }
    pattern.contains('/') && {
        // The file may be in a deeper folder than that of the pattern.
        let (folder, base) = pattern.rsplit_once('/').unwrap_or(("", &pattern));
        glob_matches(&format!("{folder}/*/{base}"), &file_stem)
    }
}
