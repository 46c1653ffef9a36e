//! Boundaries of JSON values in a stream.

/// Search for the end of one value, piece by piece.
#[derive(Default)]
pub(super) struct ValueEnd {
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
    is_scalar: bool,
}

impl ValueEnd {
    /// Position behind the value, if it ends in these bytes. They follow those of the last call.
    pub(super) fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            if self.is_in_string {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => {
                        self.is_in_string = false;
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            if self.is_scalar
                && (byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}' | b'"' | b'[' | b'{'))
            {
                return Some(at);
            }
            match byte {
                b'"' => self.is_in_string = true,
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ if self.depth == 0 => self.is_scalar = true,
                _ => {}
            }
        }
        None
    }

    /// Returns whether the value may end here, at the end of the file.
    pub(super) fn is_complete(&self) -> bool {
        self.is_scalar
    }
}

/// Number of bytes that separate values.
pub(super) fn separators(bytes: &[u8], has_commas: bool) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_whitespace() || has_commas && **byte == b',').count()
}

/// Returns whether the bytes start with an object that spans several lines.
pub(super) fn starts_with_pretty_object(bytes: &[u8]) -> bool {
    let Some(end) = ValueEnd::default().find(bytes) else { return false };
    bytes[..end].contains(&b'\n') && serde_json::from_slice::<serde::de::IgnoredAny>(&bytes[..end]).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends() {
        for (text, length) in [
            (r#"{"a": "}\""} , 1"#, 12),
            (r#"[1, {"b": []}]]"#, 14),
            (r#""x\"y",2"#, 6),
            ("12,3", 2),
            ("true]", 4),
            ("]", 1),
        ] {
            assert_eq!(ValueEnd::default().find(text.as_bytes()), Some(length), "{text}");
            // The same, byte by byte.
            let mut end = ValueEnd::default();
            let found = (0..text.len()).find_map(|at| Some(at + end.find(&text.as_bytes()[at..=at])?));
            assert_eq!(found, Some(length), "{text}");
        }
        assert_eq!(ValueEnd::default().find(br#"{"a": "#), None);
    }

    #[test]
    fn pretty_objects() {
        assert!(starts_with_pretty_object(b"{\n \"a\": 1\n}\n"));
        assert!(!starts_with_pretty_object(b"{\"a\": 1}\n{\"a\": 2}\n"));
        assert!(!starts_with_pretty_object(b"{\"a\": \n{\"a\": 2}\n"));
    }
}
