//! Foreign entries in the folder of a lake, for a command that is about to remove the lake.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    publication::{Publications, is_temporary_publication, run_of},
    storage::{Layout, Namespace, TableId, is_real_folder},
};

/// Files in the root of a lake.
const ROOT_FILES: [&str; 3] = ["market.json", "salt", "writer.lock"];
/// Prefixes of the files of a publication.
const PUBLICATION_FILES: [&str; 5] = ["index", "model-card", "ranking", "retracted-at", "review-"];
/// Suffixes of the files of a table and of its log.
const SUFFIXES: [&str; 4] = [".parquet", ".json", ".crc", ".tmp"];

impl Layout {
    /// The first entry that no lake makes. `None` if all entries belong to a lake. Links are foreign,
    /// except `published/latest`.
    pub fn foreign_entry(&self) -> Option<PathBuf> {
        let is_own = |name: &str| ROOT_FILES.contains(&name) || name.ends_with(".tmp");
        let in_root = first_foreign(self.root(), |name, path| match name {
            "tables" | "published" => is_real_folder(path),
            _ => is_own(name) && is_real_file(path),
        });
        in_root.or_else(|| self.foreign_table()).or_else(|| self.foreign_publication())
    }

    fn foreign_table(&self) -> Option<PathBuf> {
        let is_namespace = |name: &str| Namespace::ALL.iter().any(|namespace| namespace.folder() == name);
        let in_tables =
            first_foreign(&self.tables(), |name, path| is_namespace(name) && is_real_folder(path));
        let in_namespace = |namespace: Namespace| {
            let folder = self.namespace(namespace);
            let is_table = |name: &str| TableId::parse(&format!("{}/{name}", namespace.folder())).is_some();
            first_foreign(&folder, |name, path| is_table(name) && is_real_folder(path))
                .or_else(|| folders(&folder).find_map(|table| foreign_file(&table)))
        };
        in_tables.or_else(|| Namespace::ALL.into_iter().find_map(in_namespace))
    }

    fn foreign_publication(&self) -> Option<PathBuf> {
        let latest = Publications::at(self).latest();
        let in_publications = first_foreign(&self.publications(), |name, path| match path {
            _ if path == latest || name == ".latest.tmp" => path.is_symlink(),
            _ => (run_of(name).is_some() || is_temporary_publication(name)) && is_real_folder(path),
        });
        in_publications.or_else(|| folders(&self.publications()).find_map(|run| foreign_copy(&run)))
    }
}

/// A publication contains files for people, and one folder of Parquet files per relation.
fn foreign_copy(publication: &Path) -> Option<PathBuf> {
    let is_file = |name: &str| PUBLICATION_FILES.iter().any(|start| name.starts_with(start));
    let in_publication = first_foreign(publication, |name, path| match is_real_folder(path) {
        true => TableId::parse(&format!("relations/{name}")).is_some(),
        false => is_file(name) && is_real_file(path),
    });
    let is_copy = |name: &str, path: &Path| name.starts_with("part-") && is_real_file(path);
    in_publication.or_else(|| folders(publication).find_map(|relation| first_foreign(&relation, is_copy)))
}

/// A table contains files, and the folder of its log.
fn foreign_file(table: &Path) -> Option<PathBuf> {
    let log = table.join("_delta_log");
    let is_own = |name: &str, path: &Path| {
        let is_staged = name.rsplit_once('#').is_some_and(|(_, number)| number.parse::<u32>().is_ok());
        let is_named = SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) || is_staged;
        (is_named || name == "_last_checkpoint") && is_real_file(path)
    };
    let in_table = first_foreign(table, |name, path| match path {
        _ if path == log => is_real_folder(path),
        _ => is_own(name, path),
    });
    in_table.or_else(|| first_foreign(&log, is_own))
}

fn first_foreign(folder: &Path, is_own: impl Fn(&str, &Path) -> bool) -> Option<PathBuf> {
    let mut foreign: Vec<PathBuf> = entries(folder)
        .filter(|path| {
            !path.file_name().and_then(|name| name.to_str()).is_some_and(|name| is_own(name, path))
        })
        .collect();
    foreign.sort();
    foreign.into_iter().next()
}

fn folders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    entries(folder).filter(|path| is_real_folder(path))
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn is_real_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, Order, ingest};

    #[tokio::test]
    async fn a_lake_contains_no_foreign_entry() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        ingest(&lake, "a", &[Order(0, "c1", None)]).await;
        let publications = Publications::new(&lake);
        let run = "20150306T130000Z-00000001".parse().unwrap();
        publications.write_publication(&run, &[], &[], Default::default()).unwrap();
        publications.set_latest(&run).unwrap();
        assert_eq!(lake.layout().foreign_entry(), None);
        let in_publication = format!("published/{run}/notes.md");
        let in_table = "tables/facts/order_events/a.csv";
        for name in ["notes.md", "tables/mine.csv", in_table, "published/mine", &in_publication] {
            let path = folder.path().join(name);
            fs::write(&path, "precious").unwrap();
            assert_eq!(lake.layout().foreign_entry().as_ref(), Some(&path));
            fs::remove_file(&path).unwrap();
        }
        let linked = folder.path().join("tables/relations");
        std::os::unix::fs::symlink("facts", &linked).unwrap();
        assert_eq!(lake.layout().foreign_entry(), Some(linked));
    }
}
