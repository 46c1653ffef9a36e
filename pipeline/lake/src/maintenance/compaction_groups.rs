//! Groups of small files that a compaction merges.

use std::collections::BTreeMap;

use crate::{
    schema::contract::week_of,
    storage::{DataFile, TimeRange},
};

/// Minimum number of files in a group: merging two or three is not worth the writing.
const MIN_FILES: usize = 8;
/// Maximum size of a group. A file of this size or more is not merged.
const MAX_BYTES: u64 = 64 << 20;
/// Maximum number of rows in a group. It limits memory, to about 250 MB for the widest table.
const MAX_ROWS: u64 = 1_000_000;

/// A class of files with similar start and length.
///
/// Files of up to one week form a class per week of their start. Files of 2 to 3 weeks form a class per two
/// weeks, and so on by powers of two. A merged file is therefore not much longer than its sources, and a
/// load of ten years is not rewritten every night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WeekRange {
    pub(super) first_week: i64,
    pub(super) weeks: i64,
}

impl WeekRange {
    fn new(range: &TimeRange) -> Self {
        let first_week = week_of(range.first);
        let length = (week_of(range.last) - first_week).max(1);
        let weeks = 1 << length.ilog2();
        Self { first_week: first_week.div_euclid(weeks) * weeks, weeks }
    }
}

/// The files to merge: of each class the smallest ones, up to the limits of a group.
pub(super) fn groups<'a>(files: impl Iterator<Item = &'a DataFile>) -> Vec<(WeekRange, Vec<&'a DataFile>)> {
    let mut classes: BTreeMap<WeekRange, Vec<&DataFile>> = BTreeMap::new();
    for file in files {
        if let Some(range) = &file.time_range {
            classes.entry(WeekRange::new(range)).or_default().push(file);
        }
    }
    for files in classes.values_mut() {
        files.sort_by(|a, b| (a.bytes, &a.name).cmp(&(b.bytes, &b.name)));
        let (mut bytes, mut rows) = (0, 0);
        let within_limits = files.iter().take_while(|file| {
            bytes += file.bytes;
            // A file with an unknown number of rows is not merged.
            rows += file.rows.unwrap_or(u64::MAX / 2);
            bytes < MAX_BYTES && rows <= MAX_ROWS
        });
        let count = within_limits.count();
        files.truncate(count);
    }
    classes.into_iter().filter(|(_, files)| files.len() >= MIN_FILES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::contract::WEEK_MICROS;

    fn file(name: &str, bytes: u64, rows: Option<u64>, first: i64) -> DataFile {
        DataFile {
            path: name.into(),
            name: name.to_owned(),
            bytes,
            rows,
            time_range: Some(TimeRange { column: "occurred_at", first, last: first + WEEK_MICROS }),
        }
    }

    fn names(files: &[DataFile]) -> Vec<Vec<String>> {
        let groups = groups(files.iter());
        groups.iter().map(|(_, files)| files.iter().map(|file| file.name.clone()).collect()).collect()
    }

    #[test]
    fn groups_have_limits() {
        let small: Vec<DataFile> = (0..8).map(|n| file(&format!("s{n}"), 1 << 20, Some(100), 5)).collect();
        assert_eq!(names(&small).len(), 1);
        assert!(names(&small[..7]).is_empty());
        // Neither a large file nor one with an unknown number of rows is merged.
        let mut files = vec![file("large", MAX_BYTES, Some(100), 5), file("unknown", 2 << 20, None, 5)];
        files.extend(small.clone());
        assert_eq!(names(&files)[0].len(), 8);
        let many: Vec<DataFile> = (0..9).map(|n| file(&format!("m{n}"), 1, Some(MAX_ROWS / 8), 5)).collect();
        assert_eq!(names(&many)[0].len(), 8, "the number of rows is limited too");
        // The week before the epoch is another week.
        let before: Vec<DataFile> = small
            .iter()
            .take(4)
            .map(|file| DataFile {
                time_range: file.time_range.map(|range| TimeRange { first: -1, ..range }),
                ..file.clone()
            })
            .collect();
        assert!(names(&[before, small[..4].to_vec()].concat()).is_empty());
    }

    #[test]
    fn classes_are_powers_of_two() {
        let class = |first: i64, last: i64| {
            let (first, last) = (first * WEEK_MICROS, last * WEEK_MICROS);
            let WeekRange { first_week, weeks } =
                WeekRange::new(&TimeRange { column: "occurred_at", first, last });
            (first_week, weeks)
        };
        assert_eq!([class(101, 101), class(101, 102)], [(101, 1); 2]);
        assert_eq!([class(100, 102), class(101, 104)], [(100, 2); 2]);
        assert_eq!([class(100, 104), class(103, 110)], [(100, 4); 2]);
        assert_eq!(class(100, 620), (0, 512));
        assert_eq!(class(-1, -1), (-1, 1));
    }
}
