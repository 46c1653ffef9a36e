//! JSON with one offer per line, for people and line tools. One figure per line would double the file.

use std::io::{self, Write};

use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// Depth to which the file is broken into lines: page, lists, list, offers.
const DEPTH: usize = 4;

/// Formatter that breaks lines down to a depth.
#[derive(Debug)]
pub(super) struct OfferPerLine<'a> {
    depth: usize,
    pretty: PrettyFormatter<'a>,
    compact: CompactFormatter,
}

impl OfferPerLine<'_> {
    pub(super) fn new() -> Self {
        Self { depth: 0, pretty: PrettyFormatter::new(), compact: CompactFormatter }
    }

    fn is_broken(&self) -> bool {
        self.depth <= DEPTH
    }
}

/// Calls the formatter of the current depth.
macro_rules! by_depth {
    ($self:ident, $call:ident ( $($argument:expr),* )) => {
        if $self.is_broken() { $self.pretty.$call($($argument),*) } else { $self.compact.$call($($argument),*) }
    };
}

impl Formatter for OfferPerLine<'_> {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        by_depth!(self, begin_array(writer))
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let ended = by_depth!(self, end_array(writer));
        self.depth -= 1;
        ended
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        by_depth!(self, begin_array_value(writer, first))
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        by_depth!(self, end_array_value(writer))
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        by_depth!(self, begin_object(writer))
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let ended = by_depth!(self, end_object(writer));
        self.depth -= 1;
        ended
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        by_depth!(self, begin_object_key(writer, first))
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        by_depth!(self, begin_object_value(writer))
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        by_depth!(self, end_object_value(writer))
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[test]
    fn deep_values_are_on_one_line() {
        let value =
            serde_json::json!({"lists": [{"offers": [{"id": [1, 2], "none": {}}, {"id": []}]}], "n": []});
        let mut bytes = Vec::new();
        value
            .serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, OfferPerLine::new()))
            .unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            text.contains("\n        {\"id\":[1,2],\"none\":{}},\n        {\"id\":[]}\n      ]\n"),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
