//! Text of the values of a JSON object, with all digits of its numbers.
//!
//! `serde_json` would parse numbers as floats, which changes money and long ids.

use std::collections::BTreeMap;

use serde_json::{Value, value::RawValue};

/// Keys of an object, and the text of their values.
pub(super) type JsonFields = Vec<(String, Option<String>)>;

/// Parses a JSON object; none if the line is not a valid one.
///
/// Nested objects and lists stay JSON; null has no text. The last one of duplicate keys applies.
pub(super) fn parse_fields(line: &[u8]) -> Option<JsonFields> {
    let object: BTreeMap<String, &RawValue> = serde_json::from_slice(line).ok()?;
    object.into_iter().map(|(key, value)| Some((key, text_of(value.get())?))).collect()
}

/// Text of a value. The outer none is an invalid value, the inner none is null.
fn text_of(raw: &str) -> Option<Option<String>> {
    match raw.as_bytes().first()? {
        b'n' => Some(None),
        b'"' => serde_json::from_str(raw).ok().map(Some),
        // Parsing checks the value; its text keeps all digits.
        b'{' | b'[' => serde_json::from_str::<Value>(raw).ok().map(|_| Some(raw.to_owned())),
        // A number beyond the range of floats is invalid, as for other JSON parsers.
        b'-' | b'0'..=b'9' if !raw.parse::<f64>().is_ok_and(f64::is_finite) => None,
        _ => Some(Some(raw.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn field(line: &str, key: &str) -> Option<String> {
        let fields = parse_fields(line.as_bytes()).unwrap();
        fields.into_iter().find(|(own, _)| own == key).and_then(|(_, text)| text)
    }

    #[test]
    fn numbers_keep_their_digits() {
        let line = r#" { "a" : 99999999999999.99, "b":100000000000000000001 ,"c\n\"": -0.10,"d":[1,{"a":2}],"e":null, "f":1e3,"a":0.30}"#;
        assert_eq!(field(line, "a").as_deref(), Some("0.30"), "the last duplicate applies");
        assert_eq!(field(line, "b").as_deref(), Some("100000000000000000001"));
        assert_eq!(field(line, "c\n\"").as_deref(), Some("-0.10"));
        assert_eq!(field(line, "d").as_deref(), Some(r#"[1,{"a":2}]"#));
        assert_eq!(field(line, "e"), None);
        assert_eq!(field(line, "f").as_deref(), Some("1e3"));
        assert_eq!(parse_fields(b"[1]"), None);
        assert_eq!(parse_fields(b"{}"), Some(Vec::new()));
    }

    #[test]
    fn invalid_values_invalidate_the_line() {
        let nested = format!("{{\"a\": {}{}}}", "[".repeat(1_000), "]".repeat(1_000));
        for line in [r#"{"a": 1e999}"#, r#"{"a": "\ud800"}"#, r#"{"a": [1e999]}"#, r#"{"a": 01}"#, &nested] {
            assert_eq!(parse_fields(line.as_bytes()), None, "{line}");
        }
        assert_eq!(field(r#"{"a": [ 1.50 , true ], "b": false}"#, "a").as_deref(), Some("[ 1.50 , true ]"));
    }

    proptest! {
        #[test]
        fn every_value_is_found(pairs in proptest::collection::vec(("[a-c\"\\\\{}:,\u{ac00}]{0,4}", any::<i64>(), "[a-c\"\\\\{}\\[\\]:,]{0,6}"), 0..6)) {
            let mut object = serde_json::Map::new();
            for (key, number, word) in &pairs {
                object.insert(key.clone(), json!(number));
                object.insert(format!("{key}!"), json!([word, {word.clone(): number}]));
                object.insert(format!("{key}?"), json!(word));
            }
            let line = serde_json::to_string(&object).unwrap();
            for (key, found) in parse_fields(line.as_bytes()).unwrap() {
                let expected = match &object[&key] {
                    Value::String(word) => word.clone(),
                    other => other.to_string(),
                };
                prop_assert_eq!(found, Some(expected));
            }
        }
    }
}
