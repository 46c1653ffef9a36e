//! Formats of cells, made once a workbook: making one a cell would take most of the time.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};
use slotcast_core::ThresholdBasis;

use crate::{
    columns::Kind,
    words::{Catalogue, Lang},
};

/// Height of a row and width of a column that say nothing else, in pixels.
pub(super) const ROW_PIXELS: u32 = 22;
pub(super) const COLUMN_PIXELS: u32 = 64;

/// Ink of headings and bars; the page has the same.
pub(super) const INK: Color = Color::RGB(0x1F_3A_5F);
pub(super) const BAR: Color = Color::RGB(0x9C_C4_E4);
pub(super) const LINE: Color = Color::RGB(0x2E_6D_A4);
pub(super) const GRID: Color = Color::RGB(0xC9_D2_DC);
pub(super) const PALE: Color = Color::RGB(0xA6_B4_C4);
const BAND: Color = Color::RGB(0xDD_E6_F0);
const QUIET: Color = Color::RGB(0x5B_67_76);
pub(super) const ALARM: Color = Color::RGB(0xB0_20_20);

/// Currencies whose prices have no decimals.
const WHOLE: [&str; 8] = ["CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF"];

/// The formats of a workbook.
#[derive(Debug)]
pub(super) struct Styles {
    pub(super) base: Format,
    pub(super) title: Format,
    pub(super) note: Format,
    pub(super) internal: Format,
    pub(super) section: Format,
    pub(super) band: Format,
    pub(super) header: Format,
    pub(super) key: Format,
    pub(super) warning: Format,
    pub(super) sum: Format,
    pub(super) sum_text: Format,
    pub(super) sum_rank: Format,
    pub(super) sum_hits: Format,
    pub(super) sum_amount: Format,
    pub(super) text: Format,
    pub(super) words: Format,
    pub(super) centred: Format,
    pub(super) link: Format,
    pub(super) moment: Format,
    pub(super) score: Format,
    pub(super) hits: Format,
    pub(super) gap: Format,
    pub(super) multiple: Format,
    rank: Format,
    count: Format,
    price: Format,
    amount: Format,
    chance: Format,
    share: Format,
    ratio: Format,
    date: Format,
}

impl Styles {
    /// The formats of a language, and of a currency if its code is one.
    pub(super) fn new(lang: Lang, currency: Option<&str>, texts: &Catalogue) -> Self {
        let base = Format::new().set_font_name("Malgun Gothic").set_font_size(10);
        let cell = base.clone().set_align(FormatAlign::VerticalCenter);
        // Or a text would touch the number before it.
        let text = cell.clone().set_align(FormatAlign::Left).set_indent(1);
        let number = |format: &str| cell.clone().set_num_format(format);
        let whole = money(lang, currency, true);
        let bold = |size: f64| base.clone().set_bold().set_font_size(size).set_font_color(INK);
        let header = base
            .clone()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter);
        let sum = cell.clone().set_bold().set_border_top(FormatBorder::Thin).set_border_color(GRID);
        let hits = texts.text("book.list_sum_hits");
        Self {
            title: bold(15.0),
            note: base.clone().set_font_color(QUIET),
            internal: base.clone().set_bold().set_font_color(ALARM),
            section: bold(12.0).set_border_bottom(FormatBorder::Thin).set_border_color(INK),
            band: base.clone().set_bold().set_font_color(INK).set_background_color(BAND),
            header: header
                .set_font_color(Color::White)
                .set_background_color(INK)
                .set_border(FormatBorder::Thin)
                .set_border_color(GRID),
            key: cell.clone().set_font_color(QUIET),
            warning: cell.clone().set_text_wrap().set_font_color(ALARM).set_align(FormatAlign::Left),
            sum: sum.clone(),
            sum_text: sum.clone().set_indent(1),
            sum_rank: sum.clone().set_align(FormatAlign::Center),
            sum_hits: sum.clone().set_num_format(hits),
            sum_amount: sum.set_num_format("#,##0"),
            text: text.clone(),
            words: text.clone().set_text_wrap(),
            centred: cell.clone().set_align(FormatAlign::Center),
            link: text.clone().set_font_color(LINE).set_underline(rust_xlsxwriter::FormatUnderline::Single),
            moment: number("yyyy-mm-dd hh:mm").set_align(FormatAlign::Left).set_indent(1),
            score: number("0.0000"),
            hits: number("#,##0.0"),
            gap: number("+0.0 %;-0.0 %;0.0 %"),
            multiple: number("0.00\"×\""),
            rank: number("#,##0").set_align(FormatAlign::Center),
            count: number("#,##0"),
            price: number(&money(lang, currency, false)),
            amount: number(&whole),
            // What is not certain is never shown as certain.
            chance: number("[<0.0005]\"<0.1 %\";[>=0.9995]\">99.9 %\";0.0 %"),
            share: number("0.0 %"),
            ratio: number("0.00"),
            date: number("yyyy-mm-dd").set_align(FormatAlign::Center),
            base,
        }
    }

    /// The format of a column; `basis` says what its thresholds count.
    pub(super) fn of(&self, kind: Kind, basis: ThresholdBasis) -> &Format {
        match (kind, basis) {
            (Kind::Text, _) => &self.text,
            (Kind::Words | Kind::Flags, _) => &self.words,
            (Kind::Link, _) => &self.link,
            (Kind::Rank, _) => &self.rank,
            (Kind::Count | Kind::Record, _) => &self.count,
            (Kind::Terms | Kind::Demand, ThresholdBasis::Units) => &self.count,
            (Kind::Terms | Kind::Demand, ThresholdBasis::Amount) | (Kind::Amount, _) => &self.amount,
            (Kind::Price, _) => &self.price,
            (Kind::Chance, _) => &self.chance,
            (Kind::Share, _) => &self.share,
            (Kind::Ratio, _) => &self.ratio,
            (Kind::Date, _) => &self.date,
            (Kind::YesNo | Kind::Basis, _) => &self.centred,
        }
    }
}

/// Whether a text is the code of a currency: anything else could break a number format.
pub(super) fn is_code(currency: &str) -> bool {
    currency.len() == 3 && currency.bytes().all(|letter| letter.is_ascii_uppercase())
}

/// Money as the language writes it.
fn money(lang: Lang, currency: Option<&str>, is_rounded: bool) -> String {
    match currency.filter(|code| is_code(code)) {
        Some("KRW") if lang == Lang::Ko => "#,##0\"원\"".to_owned(),
        Some(code) if is_rounded || WHOLE.contains(&code) => format!("[${code}] #,##0"),
        Some(code) => format!("[${code}] #,##0.00"),
        None if is_rounded => "#,##0".to_owned(),
        None => "#,##0.00".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_as_the_language_does() {
        assert_eq!(money(Lang::Ko, Some("KRW"), false), "#,##0\"원\"");
        assert_eq!(money(Lang::En, Some("KRW"), false), "[$KRW] #,##0");
        assert_eq!(money(Lang::Ko, Some("BRL"), false), "[$BRL] #,##0.00");
        for hostile in ["]", "kr", "\"원\"", "KRW]"] {
            assert_eq!(money(Lang::Ko, Some(hostile), true), "#,##0");
        }
    }
}
