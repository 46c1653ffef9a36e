//! A line of CSV, field by field, into a buffer. No field here needs quotes.

use super::clock::Clock;

/// The line that is being written at the end of a buffer.
pub(super) struct Row<'a> {
    pub(super) to: &'a mut Vec<u8>,
}

impl Row<'_> {
    /// A letter and a number, with zeros before it up to `width` digits.
    pub(super) fn id(&mut self, letter: u8, number: u64, width: usize) {
        self.to.push(letter);
        push_number(self.to, number, width);
        self.to.push(b',');
    }

    pub(super) fn number(&mut self, number: u64) {
        push_number(self.to, number, 1);
        self.to.push(b',');
    }

    pub(super) fn word(&mut self, word: &str) {
        self.to.extend_from_slice(word.as_bytes());
        self.to.push(b',');
    }

    pub(super) fn instant(&mut self, clock: &mut Clock, at: i64) {
        clock.push_instant(self.to, at);
        self.to.push(b',');
    }

    pub(super) fn hour(&mut self, clock: &mut Clock, at: i64) {
        clock.push_hour(self.to, at);
        self.to.push(b',');
    }

    /// The line's end in place of the last comma.
    pub(super) fn end(self) {
        if let Some(comma) = self.to.last_mut() {
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
    fn numbers_are_those_of_the_formatter() {
        for number in [0, 7, 10, 99, 123_456, 1_234_567, u64::MAX] {
            for width in [1, 6, 8] {
                let mut text = Vec::new();
                push_number(&mut text, number, width);
                assert_eq!(text, format!("{number:0width$}").into_bytes());
            }
        }
    }
}
