//! Detection of the encoding of a text.
//!
//! `chardetng` guesses from letter statistics. Its guess counts only if the text is plausible in that encoding,
//! and in no other. A wrong guess would change titles and ids, so a doubt is an error with the candidates.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_KR, Encoding, GB18030, GBK, MACINTOSH, SHIFT_JIS, WINDOWS_1252};

use crate::source::{encoding::TextEncoding, plausibility::plausibility};

/// Lines of the sample that are compared.
const MAX_LINES: usize = 1_000;

/// Share of plausible characters of a text in its encoding.
const PLAUSIBLE: f64 = 0.75;

/// Share of plausible characters below which a text is in another encoding.
const IMPLAUSIBLE: f64 = 0.5;

/// Number of East Asian characters below which statistics decide nothing.
const MIN_EAST_ASIAN: usize = 3;

/// Candidates, most frequent first.
const CANDIDATES: [&Encoding; 5] = [EUC_KR, WINDOWS_1252, SHIFT_JIS, GB18030, MACINTOSH];

/// Result of a detection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DetectedEncoding {
    Sure(TextEncoding),
    /// Candidates, each with its reading of one line. None if the text is in no known encoding.
    Unclear(Vec<(TextEncoding, String)>),
}

/// Detects the encoding of a sample with a line that is not ASCII.
pub(crate) fn detect_encoding(sample: &[u8]) -> DetectedEncoding {
    let lines: Vec<&[u8]> =
        sample.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()).take(MAX_LINES).collect();
    let valid = lines.iter().filter(|line| std::str::from_utf8(line).is_ok()).count();
    // Text of another encoding is rarely valid UTF-8. A few invalid lines are rejected rows.
    if valid * 2 >= lines.len() {
        return DetectedEncoding::Sure(TextEncoding::UTF8);
    }
    let shares: Vec<(&'static Encoding, f64, usize)> = CANDIDATES
        .into_iter()
        .map(|encoding| {
            let (share, count) = plausibility(encoding, &lines);
            (encoding, share, count)
        })
        .collect();
    let share =
        |encoding: &'static Encoding| shares.iter().find(|own| own.0 == encoding).map_or(0.0, |own| own.1);
    let count = |encoding: &Encoding| shares.iter().find(|own| own.0 == encoding).map_or(0, |own| own.2);
    let is_plausible = |encoding: &'static Encoding| share(encoding) >= PLAUSIBLE;
    let is_latin = |encoding: &Encoding| encoding == WINDOWS_1252 || encoding == MACINTOSH;
    let east_asian = |own: &'static Encoding| is_plausible(own) && count(own) >= MIN_EAST_ASIAN;
    // One invalid character excludes an encoding for `chardetng`, so damaged lines are left out.
    let is_whole = |line: &&&[u8]| {
        let mut plausible = CANDIDATES.into_iter().filter(|own| east_asian(own)).peekable();
        plausible.peek().is_none() || plausible.any(|own| TextEncoding(own).decode(line).is_some())
    };
    let guess = guess(lines.iter().filter(is_whole));
    let sure = match guess {
        own if own == EUC_KR || own == SHIFT_JIS || own == GB18030 => {
            (east_asian(own) && share(WINDOWS_1252) < PLAUSIBLE).then_some(own)
        }
        // Texts of Western Europe, also those that are equal in the encodings of Central Europe.
        own if own == WINDOWS_1252 || reads_equal(own, WINDOWS_1252, &lines) => {
            let others = CANDIDATES.into_iter().filter(|own| *own != WINDOWS_1252);
            let is_only = own == WINDOWS_1252 && others.map(share).all(|share| share < IMPLAUSIBLE);
            if (is_plausible(WINDOWS_1252) || is_only && share(WINDOWS_1252) >= IMPLAUSIBLE)
                && (share(MACINTOSH) < IMPLAUSIBLE || reads_equal(MACINTOSH, WINDOWS_1252, &lines))
            {
                Some(WINDOWS_1252)
            } else {
                mac_roman(&share)
            }
        }
        // `chardetng` does not know Mac Roman.
        _ => mac_roman(&share),
    };
    if let Some(encoding) = sure {
        return DetectedEncoding::Sure(TextEncoding(encoding));
    }
    let known = CANDIDATES.into_iter().filter(|own| share(own) >= IMPLAUSIBLE && *own != guess);
    let mut candidates: Vec<&'static Encoding> = known.collect();
    if !is_latin(guess) && !CANDIDATES.contains(&guess) || share(guess) >= IMPLAUSIBLE {
        candidates.insert(0, guess);
    }
    let reading = |own: &'static Encoding| {
        let encoding = TextEncoding(own);
        let text = lines.iter().find_map(|line| encoding.decode(line))?;
        Some((encoding, text.trim().to_owned()))
    };
    DetectedEncoding::Unclear(candidates.into_iter().filter_map(reading).collect())
}

fn mac_roman(share: &dyn Fn(&'static Encoding) -> f64) -> Option<&'static Encoding> {
    (share(MACINTOSH) >= PLAUSIBLE && share(WINDOWS_1252) < IMPLAUSIBLE).then_some(MACINTOSH)
}

fn guess<'a>(lines: impl Iterator<Item = &'a &'a [u8]>) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for line in lines {
        detector.feed(line, false);
        detector.feed(b"\n", false);
    }
    let guess = detector.guess(None, Utf8Detection::Deny);
    if guess == GBK { GB18030 } else { guess }
}

fn reads_equal(one: &'static Encoding, other: &'static Encoding, lines: &[&[u8]]) -> bool {
    lines
        .iter()
        .all(|line| one.decode_without_bom_handling(line).0 == other.decode_without_bom_handling(line).0)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, WINDOWS_1250, WINDOWS_1251};

    use super::*;

    fn detect(encoding: &'static Encoding, text: &str) -> DetectedEncoding {
        let bytes: Vec<u8> = if encoding == MACINTOSH {
            text.chars().map(mac_byte).collect()
        } else {
            let (bytes, _, unmappable) = encoding.encode(text);
            assert!(!unmappable, "{text}");
            bytes.into_owned()
        };
        detect_encoding(&bytes)
    }

    fn mac_byte(letter: char) -> u8 {
        let is_own = |byte: &u8| MACINTOSH.decode_without_bom_handling(&[*byte]).0.starts_with(letter);
        (0..=255).find(is_own).unwrap_or_else(|| panic!("{letter}"))
    }

    #[test]
    fn sure_encodings() {
        for (encoding, text) in [
            (EUC_KR, "product_id,title\n1,한정판 머그컵\n2,plain\n"),
            (EUC_KR, "m1,해담 공방,artist\n"),
            // aadsm/jschardet#61, taken for windows-1252.
            (EUC_KR, "한국어.txt\n"),
            (EUC_KR, "주문번호,상품명,수량,결제금액\n1,똠양꿍 밀키트 ★특가,2,3\n2,펩시 355ml, 1,1\n"),
            (WINDOWS_1252, "P1,Maker’s mug\nP2,World’s best bowl\n"),
            (WINDOWS_1252, "P1,Maker’s mug\n"),
            (WINDOWS_1252, "1,café\n"),
            // PyYoshi/cChardet#26, taken for an encoding of Central Europe.
            (WINDOWS_1252, "Bob’s Burgers\n"),
            // polygonplanet/encoding.js#12, taken for Shift_JIS.
            (WINDOWS_1252, "Prénom;Nom;Email\ninvitéàçù01;invite01;test011&@barcom\n;;testéç@bar.com\n"),
            (WINDOWS_1252, "1,Straße in Köln für Jürgen\n2,“quoted” – 10 €\n"),
            (WINDOWS_1252, "1,São Paulo, coração e pães\n"),
            (SHIFT_JIS, "注文番号,商品名,数量\n1,限定マグカップ,2\n"),
            (SHIFT_JIS, "1,表示ソース 能力\n"),
            // kohii/smoothcsv3#228, taken for windows-1252.
            (SHIFT_JIS, "処理区分,件数\r\n1,2\r\n"),
            // kohii/smoothcsv3#239: all bytes are characters of windows-1252 too.
            (SHIFT_JIS, "点検連番,型式\r\n1,2\r\n"),
            (GB18030, "订单编号,商品名称,数量\n1,限量马克杯,2\n"),
            (MACINTOSH, "1,café crème brûlée\n2,Zürich’s mug\n"),
            (MACINTOSH, "1,São Paulo, coração\n"),
        ] {
            assert_eq!(detect(encoding, text), DetectedEncoding::Sure(TextEncoding(encoding)), "{text}");
        }
    }

    #[test]
    fn doubts() {
        for (encoding, text) in [
            // Two characters are a word in Chinese and in Korean.
            (GB18030, "1,北京\n"),
            (EUC_KR, "1,가\n"),
            (WINDOWS_1251, "1,Кружка из Москвы\n"),
            (WINDOWS_1250, "1,Łódź kubek żółty\n"),
            (BIG5, "訂單編號,商品名稱\n"),
        ] {
            let found = detect(encoding, text);
            assert!(matches!(found, DetectedEncoding::Unclear(_)), "{text}: {found:?}");
        }
    }

    #[test]
    fn mostly_utf8_text_is_utf8() {
        let utf8 = DetectedEncoding::Sure(TextEncoding::UTF8);
        assert_eq!(detect_encoding("1,한정판\n".as_bytes()), utf8);
        assert_eq!(detect_encoding("1,한정판\n2,caf\u{e9}".as_bytes()), utf8);
        assert_eq!(detect_encoding(b"1,\xed\x95\x9c\n2,caf\xe9\n"), utf8);
    }
}
