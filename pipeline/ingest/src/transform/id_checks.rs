//! Signs that a spreadsheet has ruined ids.

/// Distinct long ids that must all end in zeros before a column counts as ruined.
const MIN_RUINED_IDS: usize = 5;

/// Digits of a number that a spreadsheet keeps.
const KEPT_DIGITS: usize = 15;

/// Returns whether an id is a number in the notation of a spreadsheet, such as `2.02603E+15`.
#[inline]
pub(crate) fn is_excel_number(id: &str) -> bool {
    let bytes = id.as_bytes();
    // Most ids differ in this byte.
    if bytes.len() < 5 || bytes[bytes.len() - 3] != b'+' || !matches!(bytes[bytes.len() - 4], b'E' | b'e') {
        return false;
    }
    let (mantissa, exponent) = (&bytes[..bytes.len() - 4], &bytes[bytes.len() - 2..]);
    mantissa[0].is_ascii_digit()
        && mantissa.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
        && exponent.iter().all(u8::is_ascii_digit)
}

/// Long ids of a column: whether all of them end in zeros after the digits that a spreadsheet keeps.
#[derive(Debug, Default)]
pub(crate) struct LongIds {
    distinct: Vec<Box<str>>,
    has_exact: bool,
}

impl LongIds {
    #[inline]
    pub(crate) fn add(&mut self, id: &str) {
        if !self.has_exact && id.len() > KEPT_DIGITS {
            self.add_long(id);
        }
    }

    fn add_long(&mut self, id: &str) {
        if !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        if id.bytes().skip(KEPT_DIGITS).any(|byte| byte != b'0') {
            *self = Self { distinct: Vec::new(), has_exact: true };
        } else if self.distinct.len() < MIN_RUINED_IDS && !self.distinct.iter().any(|known| **known == *id) {
            self.distinct.push(id.into());
        }
    }

    /// First id, if the ids are ruined.
    pub(crate) fn ruined(&self) -> Option<&str> {
        self.distinct.first().filter(|_| self.distinct.len() >= MIN_RUINED_IDS).map(|id| &**id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excel_numbers() {
        for (id, is_ruined) in [
            ("2.02603E+15", true),
            ("1E+15", true),
            ("2,02603E+15", true),
            ("2.02603e+15", true),
            ("12E15", false),
            ("E+15", false),
            ("SKU-E+15", false),
            ("2.02603E+1", false),
            ("+", false),
            ("", false),
        ] {
            assert_eq!(is_excel_number(id), is_ruined, "{id}");
        }
    }

    #[test]
    fn long_ids() {
        let ruined = |ids: &[&str]| {
            let mut found = LongIds::default();
            ids.iter().for_each(|id| found.add(id));
            found.ruined().map(str::to_owned)
        };
        let rounded = [
            "2026030412345670",
            "2026030412345680",
            "20260304123456000",
            "2026030412345690",
            "2026030412345700",
        ];
        assert_eq!(ruined(&rounded).as_deref(), Some(rounded[0]));
        assert_eq!(ruined(&rounded[..4]), None);
        assert_eq!(ruined(&[rounded[0]; 9]), None);
        assert_eq!(ruined(&[&rounded[..], &["2026030412345671"]].concat()), None);
        assert_eq!(
            ruined(&[&rounded[..], &["short", "SKU-00000000000000"]].concat()).as_deref(),
            Some(rounded[0])
        );
    }
}
