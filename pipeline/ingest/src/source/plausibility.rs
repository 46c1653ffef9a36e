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
            Some(text) if [EUC_KR, SHIFT_JIS, GB18030].contains(&encoding) => {
                sum.add_east_asian(encoding, &text);
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

    /// Frequent characters of each standard have a block of their own.
    fn add_east_asian(&mut self, encoding: &'static Encoding, text: &str) {
        let letters: Vec<char> = text.chars().collect();
        let half_width =
            |at: usize| letters.get(at).is_some_and(|own| ('\u{ff61}'..='\u{ff9f}').contains(own));
        for (at, letter) in letters.iter().enumerate().filter(|(_, letter)| !letter.is_ascii()) {
            let mut buffer = [0; 4];
            let (bytes, _, _) = encoding.encode(letter.encode_utf8(&mut buffer));
            let (lead, trail) = (bytes[0], bytes.get(1).copied().unwrap_or_default());
            let is_symbol = match encoding {
                own if own == SHIFT_JIS => lead == 0x81,
                _ => (0xa1..=0xac).contains(&lead) && trail >= 0xa1,
            };
            let is_good = match encoding {
                own if own == EUC_KR => (0xb0..=0xc8).contains(&lead) && trail >= 0xa1,
                own if own == SHIFT_JIS => match lead {
                    0x82 | 0x83 | 0x88..=0x97 => true,
                    _ => half_width(at) && (half_width(at + 1) || at > 0 && half_width(at - 1)),
                },
                _ => (0xb0..=0xd7).contains(&lead) && trail >= 0xa1,
            };
            // Brackets and dots prove nothing.
            if is_symbol && !is_good {
                continue;
            }
            self.east_asian += usize::from(is_good);
            self.add(is_good);
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
            return !before.is_lowercase()
                && !(follows && after.is_lowercase())
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
