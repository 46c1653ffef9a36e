//! CSV lines written field by field into a buffer. No field here needs quotes.

use super::timestamps::TimestampFormatter;

/// The line at the end of a buffer.
pub(super) struct CsvLine<'a> {
    pub(super) buffer: &'a mut Vec<u8>,
}

impl CsvLine<'_> {
    /// A letter and a number, padded with zeros to `width` digits.
    pub(super) fn id(&mut self, letter: u8, number: u64, width: usize) {
        self.buffer.push(letter);
        push_number(self.buffer, number, width);
        self.buffer.push(b',');
    }

    pub(super) fn number(&mut self, number: u64) {
        push_number(self.buffer, number, 1);
        self.buffer.push(b',');
    }

    pub(super) fn text(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
        self.buffer.push(b',');
    }

    pub(super) fn instant(&mut self, formatter: &mut TimestampFormatter, at: i64) {
        formatter.push_instant(self.buffer, at);
        self.buffer.push(b',');
    }

    pub(super) fn hour(&mut self, formatter: &mut TimestampFormatter, at: i64) {
        formatter.push_hour(self.buffer, at);
        self.buffer.push(b',');
    }

    /// Ends the line: a newline replaces the last comma.
    pub(super) fn end(self) {
        if let Some(comma) = self.buffer.last_mut() {
            *comma = b'\n';
        }
    }
}

fn push_number(to: &mut Vec<u8>, number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    let mut rest = number;
    while rest > 0 {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let first = first.min(digits.len() - width);
    to.extend_from_slice(&digits[first..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_match_format() {
        for number in [0, 7, 10, 99, 123_456, 1_234_567, u64::MAX] {
            for width in [1, 6, 8] {
                let mut text = Vec::new();
                push_number(&mut text, number, width);
                assert_eq!(text, format!("{number:0width$}").into_bytes());
            }
        }
    }
}
