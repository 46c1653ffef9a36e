//! Head of a `.sql` file: its leading block of comments.
//!
//! `-- grain: ...`, `-- step: ...` and `-- kind: ...` register a relation, `-- finds: ...` describes an audit,
//! `-- remedy: ...` contains what to do about it, and `-- column NAME: ...` documents a column. Other lines are notes. A line that is indented by two more spaces
//! continues the line before it.

/// Documentation of a relation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RelationHeader {
    /// Meaning of one row.
    pub grain: String,
    /// Purpose and caveats, by paragraph.
    pub notes: Vec<String>,
    /// Columns with their meaning.
    pub columns: Vec<(String, String)>,
}

/// Head of a `.sql` file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SqlHeader {
    pub(crate) relation: RelationHeader,
    pub(crate) step: Option<&'static str>,
    pub(crate) kind: Option<&'static str>,
    pub(crate) finds: Option<&'static str>,
    pub(crate) remedy: Option<&'static str>,
}

impl SqlHeader {
    /// The head of a text; empty if it has none.
    pub(crate) fn parse(sql: &'static str) -> Self {
        let mut reader = CommentReader::default();
        let mut header = Self::default();
        for line in sql.lines().map_while(|line| line.strip_prefix("--")) {
            let line = line.strip_prefix(' ').unwrap_or(line);
            let field = |name: &str| line.strip_prefix(name).map(str::trim);
            if let Some(step) = field("step:") {
                header.step = Some(step);
            } else if let Some(kind) = field("kind:") {
                header.kind = Some(kind);
            } else if let Some(finds) = field("finds:") {
                header.finds = Some(finds);
            } else if let Some(remedy) = field("remedy:") {
                header.remedy = Some(remedy);
            } else if let Some(grain) = field("grain:") {
                reader.grain(grain);
            } else if let Some((name, doc)) = column(line) {
                reader.column(name, doc);
            } else {
                reader.text(line);
            }
        }
        header.relation = reader.finish();
        header.relation.columns =
            header.relation.columns.into_iter().flat_map(|(name, doc)| split_columns(name, &doc)).collect();
        header
    }
}

/// Element that a continuation line belongs to.
#[derive(Default)]
enum LastElement {
    Grain,
    Column,
    #[default]
    Note,
}

/// Assembles a header from its lines.
#[derive(Default)]
pub(crate) struct CommentReader {
    header: RelationHeader,
    last: LastElement,
    is_in_paragraph: bool,
}

impl CommentReader {
    pub(crate) fn grain(&mut self, grain: &str) {
        grain.clone_into(&mut self.header.grain);
        self.last = LastElement::Grain;
    }

    pub(crate) fn column(&mut self, name: &str, doc: &str) {
        self.header.columns.push((name.to_owned(), doc.to_owned()));
        self.last = LastElement::Column;
    }

    /// A line of a note, a continuation line, or an empty line, which ends a paragraph.
    pub(crate) fn text(&mut self, line: &str) {
        let text = line.trim();
        let is_continuation = line.starts_with("  ");
        if text.is_empty() {
            (self.last, self.is_in_paragraph) = (LastElement::Note, false);
        } else if is_continuation || (self.is_in_paragraph && !self.header.notes.is_empty()) {
            if !is_continuation {
                self.last = LastElement::Note;
            }
            self.continue_last(text);
        } else {
            self.header.notes.push(text.to_owned());
            (self.last, self.is_in_paragraph) = (LastElement::Note, true);
        }
    }

    fn continue_last(&mut self, text: &str) {
        let target = match self.last {
            LastElement::Grain => Some(&mut self.header.grain),
            LastElement::Column => self.header.columns.last_mut().map(|(_, doc)| doc),
            LastElement::Note => self.header.notes.last_mut(),
        };
        match target {
            Some(target) => {
                target.push(' ');
                target.push_str(text);
            }
            None => self.header.notes.push(text.to_owned()),
        }
    }

    pub(crate) fn finish(self) -> RelationHeader {
        self.header
    }
}

/// `column NAME: doc`
fn column(text: &str) -> Option<(&str, &str)> {
    let (name, doc) = text.strip_prefix("column ")?.split_once(':')?;
    is_name(name).then(|| (name, doc.trim()))
}

/// Columns of one line: `doc; other_name: doc` documents a second one. Its name has an underscore, unlike a word of prose.
fn split_columns(name: String, doc: &str) -> Vec<(String, String)> {
    let mut columns = vec![(name, String::new())];
    for part in doc.split("; ") {
        match part.split_once(": ").filter(|(name, _)| is_name(name) && name.contains('_')) {
            Some((name, doc)) => columns.push((name.to_owned(), doc.to_owned())),
            None => {
                let doc = &mut columns.last_mut().expect("the first column is there").1;
                let separator = if doc.is_empty() { "" } else { "; " };
                doc.push_str(separator);
                doc.push_str(part);
            }
        }
    }
    columns
}

/// Whether a text is the name of a column.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_parsed() {
        let header = SqlHeader::parse(
            "-- grain: campaign closed by as_of,\n--   or withdrawn\n-- step: orders\n-- kind: kept(campaign_id)\n\
             -- Final demand. Refunds\n-- change nothing.\n--\n-- More.\n\
             -- column demand: net at the close; in its basis\n-- column hit: null while live\n--   and for withdrawn ones\n\
             -- column n_now: of the slot; n_before: of the window\nWITH x AS (SELECT 1) -- column no: no\n",
        );
        assert_eq!(
            (header.step, header.kind, header.finds),
            (Some("orders"), Some("kept(campaign_id)"), None)
        );
        let RelationHeader { grain, notes, columns } = header.relation;
        assert_eq!(grain, "campaign closed by as_of, or withdrawn");
        assert_eq!(notes, ["Final demand. Refunds change nothing.", "More."]);
        let columns: Vec<_> = columns.iter().map(|(name, doc)| (name.as_str(), doc.as_str())).collect();
        assert_eq!(
            columns,
            [
                ("demand", "net at the close; in its basis"),
                ("hit", "null while live and for withdrawn ones"),
                ("n_now", "of the slot"),
                ("n_before", "of the window"),
            ]
        );
    }

    #[test]
    fn heads_without_columns_and_texts_without_heads_are_parsed() {
        let header =
            SqlHeader::parse("-- grain: lag_days\n-- Refunds by day. lag_days: local days.\nSELECT 1");
        let RelationHeader { grain, notes, columns } = header.relation;
        assert_eq!((grain.as_str(), columns.len()), ("lag_days", 0));
        assert_eq!(notes, ["Refunds by day. lag_days: local days."]);
        assert_eq!(SqlHeader::parse("SELECT 1 -- grain: x"), SqlHeader::default());
        let audit = SqlHeader::parse("-- finds: rows\n-- remedy: mend\n-- step: market\nSELECT 1");
        assert_eq!((audit.finds, audit.remedy, audit.step), (Some("rows"), Some("mend"), Some("market")));
    }
}
