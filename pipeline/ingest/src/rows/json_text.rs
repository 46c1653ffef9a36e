//! The text of the values of a JSON object, numbers digit by digit.
//!
//! `serde_json` reads numbers as floats, which would change money and long ids. It still decides
//! what a JSON object is: only a line that it has read comes here, so this only has to find where
//! each value of the object starts and ends.

use serde_json::Value;

/// Keys and texts of an object.
pub(super) type Texts = Vec<(String, Option<String>)>;

/// Key and text of each value of an object; objects and lists stay JSON, null has no text.
/// None if the line is no object. Of a key that comes twice the last counts.
pub(super) fn texts(line: &[u8]) -> Option<Texts> {
    let object: serde_json::Map<String, Value> = serde_json::from_slice(line).ok()?;
    let mut literals = Literals { line, at: 0 };
    literals.skip_to(b'{');
    let mut numbers = Vec::new();
    while let Some((key, value)) = literals.next_pair() {
        if value.first().is_some_and(|first| *first == b'-' || first.is_ascii_digit()) {
            let key: String = serde_json::from_slice(key).ok()?;
            numbers.push((key, String::from_utf8(value.to_vec()).ok()?));
        }
    }
    let text = |(key, value): (String, Value)| {
        let text = match value {
            Value::Null => None,
            Value::String(text) => Some(text),
            Value::Number(number) => {
                let literal = numbers.iter().rev().find(|(own, _)| *own == key);
                Some(literal.map_or_else(|| number.to_string(), |(_, literal)| literal.clone()))
            }
            other => Some(other.to_string()),
        };
        (key, text)
    };
    Some(object.into_iter().map(text).collect())
}

/// Walks through the values of an object that is known to be one.
struct Literals<'a> {
    line: &'a [u8],
    at: usize,
}

impl<'a> Literals<'a> {
    fn skip_to(&mut self, byte: u8) {
        while self.line.get(self.at).is_some_and(|own| *own != byte) {
            self.at += 1;
        }
        self.at += 1;
    }

    /// The end of the string that starts here, behind its quote.
    fn end_of_string(&self, start: usize) -> usize {
        let mut at = start + 1;
        while let Some(byte) = self.line.get(at) {
            match byte {
                b'\\' => at += 2,
                b'"' => return at + 1,
                _ => at += 1,
            }
        }
        self.line.len()
    }

    /// The next key, with its quotes, and its value.
    fn next_pair(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        while self.line.get(self.at)? != &b'"' {
            self.at += 1;
        }
        let end = self.end_of_string(self.at);
        let key = &self.line[self.at..end.min(self.line.len())];
        self.at = end;
        self.skip_to(b':');
        let (start, mut depth) = (self.at, 0_usize);
        while let Some(byte) = self.line.get(self.at) {
            match byte {
                b'"' => {
                    self.at = self.end_of_string(self.at);
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth > 0 => depth -= 1,
                b'}' | b',' if depth == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        let value = self.line.get(start..self.at.min(self.line.len()))?.trim_ascii();
        self.at += 1;
        Some((key, value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn text(line: &str, key: &str) -> Option<String> {
        texts(line.as_bytes()).unwrap().into_iter().find(|(own, _)| own == key).and_then(|(_, text)| text)
    }

    #[test]
    fn numbers_keep_their_digits() {
        let line = r#" { "a" : 99999999999999.99, "b":100000000000000000001 ,"c\n\"": -0.10,"d":[1,{"a":2}],"e":null, "f":1e3,"a":0.30}"#;
        assert_eq!(text(line, "a").as_deref(), Some("0.30"), "the last counts");
        assert_eq!(text(line, "b").as_deref(), Some("100000000000000000001"));
        assert_eq!(text(line, "c\n\"").as_deref(), Some("-0.10"));
        assert_eq!(text(line, "d").as_deref(), Some(r#"[1,{"a":2}]"#));
        assert_eq!(text(line, "e"), None);
        assert_eq!(text(line, "f").as_deref(), Some("1e3"));
        assert_eq!(texts(b"[1]"), None);
        assert_eq!(texts(b"{}"), Some(Vec::new()));
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
            for (key, found) in texts(line.as_bytes()).unwrap() {
                let expected = match &object[&key] {
                    Value::String(word) => word.clone(),
                    other => other.to_string(),
                };
                prop_assert_eq!(found, Some(expected));
            }
        }
    }
}
