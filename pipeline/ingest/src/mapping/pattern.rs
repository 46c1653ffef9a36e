//! File name patterns of a mapping.

/// Returns whether `pattern` matches `name`; `*` matches any characters.
///
/// A pattern without `/` is compared with the base name only.
pub(crate) fn glob_matches(pattern: &str, name: &str) -> bool {
    let name = if pattern.contains('/') { name } else { name.rsplit('/').next().unwrap_or(name) };
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some((last, middle)) = parts.clone().next_back().zip(Some(parts)) else { return rest.is_empty() };
    let between = middle.clone().count() - 1;
    for part in middle.take(between) {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, is_match) in [
            ("campaigns*.csv", "campaigns.csv", true),
            ("campaigns*.csv", "deep/campaigns-2.csv", true),
            ("campaigns*.csv", "old-campaigns.csv", false),
            ("deep/*.csv", "deep/a.csv", true),
            ("deep/*.csv", "other/a.csv", false),
            ("a.csv", "a.csv", true),
            ("a.csv", "aa.csv", false),
            ("a*a", "a", false),
            ("*", "x/anything", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
        ] {
            assert_eq!(glob_matches(pattern, name), is_match, "{pattern} {name}");
        }
    }
}
