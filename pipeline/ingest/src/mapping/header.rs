//! Column lookup in the header of a file.

/// Index of a column: an exact match, else the only match that differs in case.
pub(crate) fn column_index(header: &[String], name: &str) -> Option<usize> {
    let exact = header.iter().position(|found| found == name);
    exact.or_else(|| {
        let similar = |(index, found): (usize, &String)| found.eq_ignore_ascii_case(name).then_some(index);
        let mut similar = header.iter().enumerate().filter_map(similar);
        // Two matches are ambiguous.
        similar.next().filter(|_| similar.next().is_none())
    })
}
