//! Columns in the folders of a path: `year=2026/month=03/part-0.parquet`.

/// Value of an empty cell in a folder name.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Columns of a file in its folders, outermost first. None is an empty cell.
pub(crate) fn hive_columns(name: &str) -> Vec<(String, Option<String>)> {
    let Some((folders, _)) = name.rsplit_once('/') else { return Vec::new() };
    let column = |folder: &str| {
        let (key, value) = folder.split_once('=').filter(|(key, _)| !key.is_empty())?;
        let value = (!value.is_empty() && value != NULL).then(|| decode_percents(value));
        Some((decode_percents(key), value))
    };
    folders.split('/').filter_map(column).collect()
}

/// Replaces `%20` and the like. Invalid ones stay as they are.
fn decode_percents(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|hex| *first == b'%' && hex.iter().all(u8::is_ascii_hexdigit));
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns() {
        let some = |key: &str, value: &str| (key.to_owned(), Some(value.to_owned()));
        let name = "order_events/year=2026/month=03/part-0.parquet";
        assert_eq!(hive_columns(name), [some("year", "2026"), some("month", "03")]);
        let name = "t/at=2026-03-03 10%3A00%3A00/city=%EC%84%9C%EC%9A%B8/x=__HIVE_DEFAULT_PARTITION__/a.csv";
        let expected = [some("at", "2026-03-03 10:00:00"), some("city", "서울"), ("x".to_owned(), None)];
        assert_eq!(hive_columns(name), expected);
        assert_eq!(hive_columns("t/50%/=x/a=b.csv"), []);
        assert_eq!(hive_columns("t/a=50%/b.csv"), [some("a", "50%")]);
    }
}
