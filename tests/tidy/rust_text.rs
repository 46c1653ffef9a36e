//! Rust source divided into code, comments and strings.

/// A comment or string with its line number.
pub(super) struct Prose {
    pub(super) line: usize,
    pub(super) text: String,
}

#[derive(Default)]
pub(super) struct RustText {
    /// The source with every comment and string replaced by spaces. Lines are kept.
    pub(super) code: String,
    /// Lines of `//!` and `///` comments, without the marker.
    pub(super) docs: Vec<Prose>,
    /// Lines of other comments, without the marker.
    pub(super) comments: Vec<Prose>,
    /// Contents of strings.
    pub(super) strings: Vec<Prose>,
}

impl RustText {
    pub(super) fn parse(source: &str) -> Self {
        let mut parsed = Self::default();
        let (mut rest, mut line) = (source, 1);
        while !rest.is_empty() {
            let plain = rest.find(['/', '"', '\'']).unwrap_or(rest.len());
            let (code, special) = rest.split_at(plain);
            parsed.code.push_str(code);
            line += code.matches('\n').count();
            let length = match special.chars().next() {
                Some('/') if special.starts_with("//") => parsed.comment(special, line),
                Some('"') => {
                    let length = string_length(code, special);
                    parsed.strings.push(Prose { line, text: special[..length].to_owned() });
                    length
                }
                Some('\'') => char_length(special).unwrap_or(0),
                _ => 0,
            };
            let (literal, others) = special.split_at(length);
            parsed.code.extend(literal.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
            line += literal.matches('\n').count();
            // A slash or a quote that begins no literal is code.
            let code = usize::from(length == 0 && !others.is_empty());
            parsed.code.push_str(&others[..code]);
            rest = &others[code..];
        }
        parsed
    }

    /// Adds the line comment at the start of a text and returns its length.
    fn comment(&mut self, rest: &str, line: usize) -> usize {
        let length = rest.find('\n').unwrap_or(rest.len());
        let text = &rest[..length];
        let doc = text.strip_prefix("//!").or_else(|| text.strip_prefix("///"));
        let list = if doc.is_some() { &mut self.docs } else { &mut self.comments };
        list.push(Prose { line, text: doc.unwrap_or(&text[2..]).trim().to_owned() });
        length
    }
}

/// Length of the string literal at the start of a text. A raw string has its `r#` at the end of the code before.
fn string_length(before: &str, text: &str) -> usize {
    let marker = before.trim_end_matches('#');
    if marker.ends_with('r') {
        let end = format!("\"{}", "#".repeat(before.len() - marker.len()));
        return text[1..].find(&end).map_or(text.len(), |at| 1 + at + end.len());
    }
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of the character literal at the start of a text; `None` for a lifetime or anything else.
fn char_length(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    if let Some(escape) = body.strip_prefix('\\') {
        return escape.get(1..)?.find('\'').map(|at| at + 4);
    }
    let letter = body.chars().next()?;
    body[letter.len_utf8()..].starts_with('\'').then(|| letter.len_utf8() + 2)
}

#[test]
fn source_is_divided() {
    let source =
        "//! Doc.\nlet a = \"text // no comment\"; // plain\nlet b = 'x'; fn f<'a>() {} r#\"raw \"q\" \"#\n";
    let parsed = RustText::parse(source);
    let texts = |list: &[Prose]| list.iter().map(|own| (own.line, own.text.clone())).collect::<Vec<_>>();
    assert_eq!(texts(&parsed.docs), [(1, "Doc.".to_owned())]);
    assert_eq!(texts(&parsed.comments), [(2, "plain".to_owned())]);
    let strings = [(2, "\"text // no comment\"".to_owned()), (3, "\"raw \"q\" \"#".to_owned())];
    assert_eq!(texts(&parsed.strings), strings);
    assert!(!parsed.code.contains("text") && parsed.code.contains("fn f<'a>()"), "{}", parsed.code);
    assert_eq!(parsed.code.lines().count(), 3);
}
