//! Entries in the folder of a lake that no lake makes, for whoever is about to remove it whole.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    layout::{Layout, TableId},
    published::{Published, is_begun, run_of},
    symlinks::is_real_folder,
};

/// Names beside the folders at the top of a lake.
const TOP_FILES: [&str; 3] = ["market.json", "salt", "writer.lock"];
/// Beginnings of the files of a publication.
const PUBLISHED_FILES: [&str; 5] = ["index", "model-card", "ranking", "retracted-at", "review-"];
/// Endings of the files of a table and of its log.
const ENDINGS: [&str; 4] = [".parquet", ".json", ".crc", ".tmp"];

impl Layout {
    /// The first entry that no lake makes; none where everything in the folder is a lake's. Links are
    /// foreign, but for `published/latest`.
    pub fn foreign_entry(&self) -> Option<PathBuf> {
        let own_top = |name: &str| TOP_FILES.contains(&name) || name.ends_with(".tmp");
        let top = first_foreign(self.root(), |name, path| match name {
            "tables" | "published" => is_real_folder(path),
            _ => own_top(name) && is_real_file(path),
        });
        top.or_else(|| self.foreign_table()).or_else(|| self.foreign_publication())
    }

    fn foreign_table(&self) -> Option<PathBuf> {
        let rooms = ["facts", "relations", "ledger"];
        let of_tables =
            first_foreign(&self.tables(), |name, path| rooms.contains(&name) && is_real_folder(path));
        let of_room = |room: &str| {
            let folder = self.tables().join(room);
            let is_table = |name: &str| TableId::parse(&format!("{room}/{name}")).is_some();
            first_foreign(&folder, |name, path| is_table(name) && is_real_folder(path))
                .or_else(|| folders(&folder).find_map(|table| foreign_file(&table)))
        };
        of_tables.or_else(|| rooms.into_iter().find_map(of_room))
    }

    fn foreign_publication(&self) -> Option<PathBuf> {
        let latest = Published::at(self).latest();
        let of_published = first_foreign(&self.published(), |name, path| match path {
            _ if path == latest || name == ".latest.tmp" => path.is_symlink(),
            _ => (run_of(name).is_some() || is_begun(name)) && is_real_folder(path),
        });
        of_published.or_else(|| folders(&self.published()).find_map(|run| foreign_copy(&run)))
    }
}

/// In a publication lie files for people, and a folder of parts per relation.
fn foreign_copy(publication: &Path) -> Option<PathBuf> {
    let is_file = |name: &str| PUBLISHED_FILES.iter().any(|start| name.starts_with(start));
    let of_publication = first_foreign(publication, |name, path| match is_real_folder(path) {
        true => TableId::parse(&format!("relations/{name}")).is_some(),
        false => is_file(name) && is_real_file(path),
    });
    let is_part = |name: &str, path: &Path| name.starts_with("part-") && is_real_file(path);
    of_publication.or_else(|| folders(publication).find_map(|relation| first_foreign(&relation, is_part)))
}

/// In a table lie files, and the folder of its log.
fn foreign_file(table: &Path) -> Option<PathBuf> {
    let log = table.join("_delta_log");
    let is_own = |name: &str, path: &Path| {
        let is_staged = name.rsplit_once('#').is_some_and(|(_, number)| number.parse::<u32>().is_ok());
        let is_named = ENDINGS.iter().any(|ending| name.ends_with(ending)) || is_staged;
        (is_named || name == "_last_checkpoint") && is_real_file(path)
    };
    let of_table = first_foreign(table, |name, path| match path {
        _ if path == log => is_real_folder(path),
        _ => is_own(name, path),
    });
    of_table.or_else(|| first_foreign(&log, is_own))
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
    use crate::testing::{self, Order, take_in};

    #[tokio::test]
    async fn a_lake_holds_nothing_foreign_until_somebody_puts_it_there() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        take_in(&lake, "a", &[Order(0, "c1", None)]).await;
        let published = Published::of(&lake);
        let run = "20150306T130000Z-00000001".parse().unwrap();
        published.lay_out(&run, &[], &[], Default::default()).unwrap();
        published.point_latest_at(&run).unwrap();
        assert_eq!(lake.layout().foreign_entry(), None);
        let beside_pages = format!("published/{run}/notes.md");
        let of_table = "tables/facts/order_events/a.csv";
        for name in ["notes.md", "tables/mine.csv", of_table, "published/mine", &beside_pages] {
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
