//! Row heights for wrapped texts. Not every program computes them when it opens a file, so the file sets
//! them. Character widths are rough, and rather too wide than too narrow.

/// Height of one line in pixels, of every further line, and the limit of lines: one long text must not fill
/// the screen.
const ONE_LINE: u32 = super::styles::ROW_PIXELS;
const LINE: u32 = 18;
const MAX_LINES: usize = 14;
/// Width of a cell's indent and edges.
const EDGES: f64 = 2.0;

/// Lines of `text` in a column of this width in digits.
pub(super) fn line_count(text: &str, width: f64) -> usize {
    let width = (width - EDGES).max(2.0);
    text.split('\n').map(|line| lines_of_paragraph(line, width)).sum()
}

fn lines_of_paragraph(line: &str, width: f64) -> usize {
    let (mut lines, mut used) = (1, 0.0);
    for word in line.split(' ') {
        let long = word.chars().map(char_width).sum::<f64>();
        let space = if used > 0.0 { 0.6 } else { 0.0 };
        if used + space + long <= width {
            used += space + long;
            continue;
        }
        if used > 0.0 {
            lines += 1;
        }
        // A word longer than a line is broken at its end.
        let broken = (long / width).ceil().max(1.0) - 1.0;
        lines += broken as usize;
        used = long - broken * width;
    }
    lines
}

/// Width of a character in digits. Hangul, Chinese characters and emoji take two.
fn char_width(letter: char) -> f64 {
    match letter {
        '\u{1100}'.. => 1.95,
        'A'..='Z' | 'm' | 'w' | '%' | '@' => 1.25,
        'i' | 'j' | 'l' | '.' | ',' | ';' | ':' | '(' | ')' | '\'' | '|' => 0.6,
        _ if letter.is_ascii() => 1.0,
        _ => 1.2,
    }
}

/// Height in pixels of a row of `lines` lines; `None` for the default height.
pub(super) fn height(lines: usize) -> Option<u32> {
    let more = u32::try_from(lines.clamp(1, MAX_LINES) - 1).ok().filter(|more| *more > 0)?;
    Some(ONE_LINE + LINE * more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_like_in_excel() {
        assert_eq!(
            (line_count("", 10.0), line_count("1234 5678", 12.0), line_count("1234 5678", 10.0)),
            (1, 1, 2)
        );
        assert_eq!((line_count("a\n\nb", 10.0), line_count("가나다라마바사아", 10.0)), (3, 2));
        assert_eq!(line_count(&"x".repeat(80), 10.0), 10);
        assert_eq!((height(1), height(3), height(10_000)), (None, Some(58), Some(256)));
    }
}
