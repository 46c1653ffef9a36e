//! Plausibility of a text in an encoding, by the characters next to each other.

use encoding_rs::{EUC_KR, Encoding, GB18030, MACINTOSH, SHIFT_JIS};

/// Symbols that shops write.
const SYMBOLS: &str = "€‚„…†‡‰‹›‘’“”•–—™¡¢£¥§©ª«®°±²³µ¶·¹º»¼½¾¿×÷\u{a0}−№";

/// Share of plausible characters in lines that are not ASCII, and the number of East Asian ones.
pub(super) fn plausibility(encoding: &'static Encoding, lines: &[&[u8]]) -> (f64, usize) {
    let mut sum = Sum::default();
    for line in lines {
        match encoding.decode_without_bom_handling_and_without_replacement(line) {
            None => sum.bad += 1,
            Some(_) if [EUC_KR, SHIFT_JIS, GB18030].contains(&encoding) => {
                sum.add_east_asian(encoding, line);
            }
            Some(text) => sum.add_latin(&text, encoding == MACINTOSH),
        }
    }
    let all = sum.good + sum.bad;
    (if all == 0 { 0.0 } else { sum.good as f64 / all as f64 }, sum.east_asian)
}

#[derive(Default)]
struct Sum {
    good: usize,
    bad: usize,
    east_asian: usize,
}

impl Sum {
    fn add(&mut self, is_good: bool) {
        if is_good {
            self.good += 1;
        } else {
            self.bad += 1;
        }
    }

    /// Frequent characters of each standard have a block of their own. The line is valid.
    fn add_east_asian(&mut self, encoding: &'static Encoding, line: &[u8]) {
        let is_japanese = encoding == SHIFT_JIS;
        let is_half_width = |at: usize| line.get(at).is_some_and(|byte| (0xa1..=0xdf).contains(byte));
        let (mut at, mut follows_half_width) = (0, false);
        while let Some(lead) = line.get(at).copied() {
            let is_single = lead < 0x80 || is_japanese && is_half_width(at);
            let trail = line.get(at + 1).copied().filter(|_| !is_single);
            let length = match trail {
                None => 1,
                // Rare characters of GB18030 have four bytes.
                Some(b'0'..=b'9') if encoding == GB18030 => 4,
                Some(_) => 2,
            };
            let is_common = trail.is_some_and(|trail| trail >= 0xa1);
            // Brackets and dots prove nothing.
            let is_symbol =
                if is_japanese { lead == 0x81 } else { is_common && (0xa1..=0xac).contains(&lead) };
            let is_good = if encoding == EUC_KR {
                is_common && (0xb0..=0xc8).contains(&lead)
            } else if encoding == GB18030 {
                is_common && (0xb0..=0xd7).contains(&lead)
            } else {
                // A single half-width letter is one of another encoding.
                matches!(lead, 0x82 | 0x83 | 0x88..=0x97) && !is_single
                    || is_single && (follows_half_width || is_half_width(at + 1))
            };
            if lead >= 0x80 && !is_symbol {
                self.east_asian += usize::from(is_good);
                self.add(is_good);
            }
            follows_half_width = lead >= 0x80 && is_single;
            at += length;
        }
    }

    fn add_latin(&mut self, text: &str, is_mac: bool) {
        let letters: Vec<char> = text.chars().collect();
        let at = |index: usize| letters.get(index).copied().unwrap_or(' ');
        let before = |index: usize| if index == 0 { ' ' } else { at(index - 1) };
        let mut run = 0;
        for (index, letter) in letters.iter().enumerate() {
            run = if letter.is_ascii() { 0 } else { run + 1 };
            if letter.is_ascii() {
                continue;
            }
            let is_long_run = run > 2 || run == 2 && !at(index + 1).is_ascii();
            let word =
                Word { before: before(index), letter: *letter, after: at(index + 1), then: at(index + 2) };
            self.add(!is_long_run && word.is_plausible(is_mac));
        }
    }
}

/// A character between its neighbours.
struct Word {
    before: char,
    letter: char,
    after: char,
    then: char,
}

impl Word {
    fn is_plausible(&self, is_mac: bool) -> bool {
        let Self { before, letter, after, .. } = *self;
        let (follows, leads) = (before.is_alphabetic(), after.is_alphabetic());
        if matches!(letter, 'ª' | 'º') {
            return !leads;
        }
        if !letter.is_alphabetic() {
            return match letter {
                '’' => true,
                _ if letter.is_control() => false,
                _ => SYMBOLS.contains(letter) && !(follows && leads),
            };
        }
        if matches!(letter, 'ƒ' | 'ﬁ' | 'ﬂ' | 'ı' | 'Ω' | 'π' | 'µ' | 'ˆ')
            || before.is_ascii_digit()
            || after.is_ascii_digit()
        {
            return false;
        }
        if letter.is_uppercase() {
            return !(before.is_lowercase() || follows && after.is_lowercase())
                && (follows || leads || letter == 'À');
        }
        if !follows && !leads {
            return "àáéèåöæøó".contains(letter) && !(is_mac && letter == 'ó');
        }
        !(is_mac && self.is_punctuation_of_windows())
    }

    /// Quotes and dashes of Windows are letters of Mac Roman.
    fn is_punctuation_of_windows(&self) -> bool {
        let Self { before, letter, after, then } = *self;
        let (follows, leads) = (before.is_alphabetic(), after.is_alphabetic());
        match letter {
            // `’s` and `’t`
            'í' => !leads || matches!(after, 's' | 't' | 'd' | 'm') && !then.is_alphabetic(),
            // `‘` and `“`
            'ë' | 'ì' => !follows,
            // `”` and `™`
            'î' | 'ô' => !leads,
            // `–` and `—`
            'ñ' | 'ó' => !follows || !leads && letter == 'ñ',
            _ => false,
        }
    }
}
