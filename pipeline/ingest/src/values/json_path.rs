//! Paths into JSON texts, with all digits of their numbers.
//!
//! A path is followed in the text itself: only the values on the way are located, and no number
//! becomes a float.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A path such as `address.city` or `items[0].sku`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JsonPath {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Key(String),
    Index(usize),
}

impl JsonPath {
    /// Parses a path; none if it has an empty key or an index that is not a number.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut segments = Vec::new();
        for (number, part) in text.split('.').enumerate() {
            let (key, mut indices) = part.split_at(part.find('[').unwrap_or(part.len()));
            // Only the first part may be an index alone.
            if key.is_empty() && (number > 0 || indices.is_empty()) {
                return None;
            }
            if !key.is_empty() {
                segments.push(Segment::Key(key.to_owned()));
            }
            while let Some(rest) = indices.strip_prefix('[') {
                let (index, rest) = rest.split_once(']')?;
                segments.push(Segment::Index(index.parse().ok()?));
                indices = rest;
            }
            if !indices.is_empty() {
                return None;
            }
        }
        Some(Self { text: text.to_owned(), segments })
    }

    /// JSON of the value at the path; none if there is none. A key that equals the whole path comes first.
    pub(crate) fn find<'j>(&self, json: &'j str) -> Option<&'j str> {
        if self.segments.len() > 1
            && let Some(value) = find_field(json, &self.text)
        {
            return Some(value);
        }
        self.segments.iter().try_fold(json, |json, segment| match segment {
            Segment::Key(key) => find_field(json, key),
            Segment::Index(index) => list_elements(json)?.get(*index).copied(),
        })
    }

    /// Text of the value at the path; none if it is absent, null or empty.
    pub(crate) fn text<'j>(&self, json: &'j str) -> Option<Cow<'j, str>> {
        json_text(self.find(json)?)
    }
}

/// Text of a JSON value: a string without its quotes, everything else as it is written.
pub(crate) fn json_text(json: &str) -> Option<Cow<'_, str>> {
    let json = json.trim();
    match json.as_bytes().first()? {
        b'n' => None,
        b'"' => {
            let text: String = serde_json::from_str(json).ok()?;
            let trimmed = text.trim();
            (!trimmed.is_empty()).then(|| Cow::Owned(trimmed.to_owned()))
        }
        _ => Some(Cow::Borrowed(json)),
    }
}

/// JSON of the elements of a list; none if the text is not a list.
pub(crate) fn list_elements(json: &str) -> Option<Vec<&str>> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

/// JSON of a field; none if the text is not an object or lacks the field. The last duplicate applies.
fn find_field<'j>(json: &'j str, key: &str) -> Option<&'j str> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let found = deserializer.deserialize_map(FieldVisitor(key)).ok()?;
    deserializer.end().ok()?;
    found.map(RawValue::get)
}

struct FieldVisitor<'k>(&'k str);

impl<'de> Visitor<'de> for FieldVisitor<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(is_wanted) = map.next_key_seed(KeySeed(self.0))? {
            if is_wanted {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Comparison of a key, without a copy of it.
struct KeySeed<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_at_paths() {
        let json = r#"{"id": 100000000000000000001, "a": {"b": [ {"c": "x\u00e9"}, [1.50, null] ]}, "a.d": 7, "e": " ", "a": {"b": [0, [2.50]], "d": 8}, "n": 1e3}"#;
        for (path, text) in [
            ("id", Some("100000000000000000001")),
            ("a.b[1][0]", Some("2.50")),
            ("a.b", Some("[0, [2.50]]")),
            ("a.d", Some("7")),
            ("a.b[9]", None),
            ("a.x.y", None),
            ("id.x", None),
            ("e", None),
            ("n", Some("1e3")),
        ] {
            assert_eq!(JsonPath::parse(path).unwrap().text(json).as_deref(), text, "{path}");
        }
        assert_eq!(JsonPath::parse("[1].a").unwrap().text(r#"[0,{"a":"b"}]"#).as_deref(), Some("b"));
        for invalid in ["", "a..b", "a[x]", "a[0", "a[0]b", ".a"] {
            assert_eq!(JsonPath::parse(invalid), None, "{invalid}");
        }
        for not_json in ["", "x", "{", "[1,]", r#"{"id": 1} x"#] {
            assert_eq!(JsonPath::parse("id").unwrap().text(not_json), None, "{not_json}");
        }
    }

    #[test]
    fn elements_of_lists() {
        assert_eq!(list_elements(r#" [1.0, {"a": 2}, "x"] "#).unwrap(), ["1.0", r#"{"a": 2}"#, "\"x\""]);
        assert_eq!(
            (list_elements("[]"), list_elements("{}"), list_elements("x")),
            (Some(vec![]), None, None)
        );
        assert_eq!(
            (json_text("\"a\\n\""), json_text("null"), json_text("true")),
            (Some("a".into()), None, Some("true".into()))
        );
    }
}
