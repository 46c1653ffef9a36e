//! How high a row must be for its wrapped texts. Not every program works that out when it opens a file, so the
//! file says it. Letters are measured roughly, rather too wide than too narrow.

/// A row of one line, the space that another line takes, and the most that a row shows: one long
/// text shall not fill the screen.
const ONE_LINE: u32 = super::styles::ROW_PIXELS;
const LINE: u32 = 18;
const MOST_LINES: usize = 14;
/// What the indent and the edges of a cell take of its width.
const EDGES: f64 = 2.0;

/// Lines that `text` takes in a column of this width, which is counted in digits.
pub(super) fn lines(text: &str, width: f64) -> usize {
    let width = (width - EDGES).max(2.0);
    text.split('\n').map(|line| lines_of_one(line, width)).sum()
}

fn lines_of_one(line: &str, width: f64) -> usize {
    let (mut lines, mut used) = (1, 0.0);
    for word in line.split(' ') {
        let long = word.chars().map(letter).sum::<f64>();
        let space = if used > 0.0 { 0.6 } else { 0.0 };
        if used + space + long <= width {
            used += space + long;
            continue;
        }
        if used > 0.0 {
            lines += 1;
        }
        // A word that is longer than a line is broken where the line ends.
        let broken = (long / width).ceil().max(1.0) - 1.0;
        lines += broken as usize;
        used = long - broken * width;
    }
    lines
}

/// A letter's width in digits. Hangul, Chinese letters and pictures take two.
fn letter(letter: char) -> f64 {
    match letter {
        '\u{1100}'.. => 1.95,
        'A'..='Z' | 'm' | 'w' | '%' | '@' => 1.25,
        'i' | 'j' | 'l' | '.' | ',' | ';' | ':' | '(' | ')' | '\'' | '|' => 0.6,
        _ if letter.is_ascii() => 1.0,
        _ => 1.2,
    }
}

/// The height in pixels of a row with so many lines; none where it needs no height of its own.
pub(super) fn height(lines: usize) -> Option<u32> {
    let more = u32::try_from(lines.clamp(1, MOST_LINES) - 1).ok().filter(|more| *more > 0)?;
    Some(ONE_LINE + LINE * more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_they_break() {
        assert_eq!((lines("", 10.0), lines("1234 5678", 12.0), lines("1234 5678", 10.0)), (1, 1, 2));
        assert_eq!((lines("a\n\nb", 10.0), lines("가나다라마바사아", 10.0)), (3, 2));
        assert_eq!(lines(&"x".repeat(80), 10.0), 10);
        assert_eq!((height(1), height(3), height(10_000)), (None, Some(58), Some(256)));
    }
}
