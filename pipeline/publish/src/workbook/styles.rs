//! Cell formats, created once per workbook: one per cell would take most of the time.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};
use slotcast_core::ThresholdBasis;

use crate::{
    columns::ColumnKind,
    i18n::{Catalog, Lang},
};

/// Default row height and column width in pixels.
pub(super) const ROW_PIXELS: u32 = 22;
pub(super) const COLUMN_PIXELS: u32 = 64;

/// Colors of headings and bars, as on the page.
pub(super) const INK: Color = Color::RGB(0x1F_3A_5F);
pub(super) const BAR: Color = Color::RGB(0x9C_C4_E4);
pub(super) const LINE: Color = Color::RGB(0x2E_6D_A4);
pub(super) const GRID: Color = Color::RGB(0xC9_D2_DC);
pub(super) const PALE: Color = Color::RGB(0xA6_B4_C4);
const BAND: Color = Color::RGB(0xDD_E6_F0);
const QUIET: Color = Color::RGB(0x5B_67_76);
pub(super) const ALARM: Color = Color::RGB(0xB0_20_20);

/// Currencies whose prices have no decimals.
const WITHOUT_DECIMALS: [&str; 8] = ["CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF"];

/// Cell formats of a workbook.
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
    pub(super) prose: Format,
    pub(super) centered: Format,
    pub(super) link: Format,
    pub(super) timestamp: Format,
    pub(super) score: Format,
    pub(super) hits: Format,
    pub(super) gap: Format,
    pub(super) multiple: Format,
    rank: Format,
    count: Format,
    price: Format,
    amount: Format,
    probability: Format,
    share: Format,
    ratio: Format,
    date: Format,
}

impl Styles {
    /// The formats for a language, and for a currency if it has a valid code.
    pub(super) fn new(lang: Lang, currency: Option<&str>, texts: &Catalog) -> Self {
        let base = Format::new().set_font_name("Malgun Gothic").set_font_size(10);
        let cell = base.clone().set_align(FormatAlign::VerticalCenter);
        // Without the indent a text would touch the number before it.
        let text = cell.clone().set_align(FormatAlign::Left).set_indent(1);
        let number = |format: &str| cell.clone().set_num_format(format);
        let whole = money_format(lang, currency, true);
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
            prose: text.clone().set_text_wrap(),
            centered: cell.clone().set_align(FormatAlign::Center),
            link: text.clone().set_font_color(LINE).set_underline(rust_xlsxwriter::FormatUnderline::Single),
            timestamp: number("yyyy-mm-dd hh:mm").set_align(FormatAlign::Left).set_indent(1),
            score: number("0.0000"),
            hits: number("#,##0.0"),
            gap: number("+0.0 %;-0.0 %;0.0 %"),
            multiple: number("0.00\"×\""),
            rank: number("#,##0").set_align(FormatAlign::Center),
            count: number("#,##0"),
            price: number(&money_format(lang, currency, false)),
            amount: number(&whole),
            // Only certainty is shown as 0 % or 100 %.
            probability: number("[<0.0005]\"<0.1 %\";[>=0.9995]\">99.9 %\";0.0 %"),
            share: number("0.0 %"),
            ratio: number("0.00"),
            date: number("yyyy-mm-dd").set_align(FormatAlign::Center),
            base,
        }
    }

    /// The format of a column, with thresholds in `basis`.
    pub(super) fn of(&self, kind: ColumnKind, basis: ThresholdBasis) -> &Format {
        match (kind, basis) {
            (ColumnKind::Text, _) => &self.text,
            (ColumnKind::Prose | ColumnKind::Flags, _) => &self.prose,
            (ColumnKind::Link, _) => &self.link,
            (ColumnKind::Rank, _) => &self.rank,
            (ColumnKind::Count | ColumnKind::Record, _) => &self.count,
            (ColumnKind::Terms | ColumnKind::Demand, ThresholdBasis::Units) => &self.count,
            (ColumnKind::Terms | ColumnKind::Demand, ThresholdBasis::Amount) | (ColumnKind::Amount, _) => {
                &self.amount
            }
            (ColumnKind::Price, _) => &self.price,
            (ColumnKind::Probability, _) => &self.probability,
            (ColumnKind::Share, _) => &self.share,
            (ColumnKind::Ratio, _) => &self.ratio,
            (ColumnKind::Date, _) => &self.date,
            (ColumnKind::Bool | ColumnKind::Basis, _) => &self.centered,
        }
    }
}

/// Whether a text is a currency code. Other texts could break a number format.
pub(super) fn is_currency_code(currency: &str) -> bool {
    currency.len() == 3 && currency.bytes().all(|letter| letter.is_ascii_uppercase())
}

/// Number format of money in a language.
fn money_format(lang: Lang, currency: Option<&str>, is_rounded: bool) -> String {
    match currency.filter(|code| is_currency_code(code)) {
        Some("KRW") if lang == Lang::Ko => "#,##0\"원\"".to_owned(),
        Some(code) if is_rounded || WITHOUT_DECIMALS.contains(&code) => format!("[${code}] #,##0"),
        Some(code) => format!("[${code}] #,##0.00"),
        None if is_rounded => "#,##0".to_owned(),
        None => "#,##0.00".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_format_depends_on_language_and_currency() {
        assert_eq!(money_format(Lang::Ko, Some("KRW"), false), "#,##0\"원\"");
        assert_eq!(money_format(Lang::En, Some("KRW"), false), "[$KRW] #,##0");
        assert_eq!(money_format(Lang::Ko, Some("BRL"), false), "[$BRL] #,##0.00");
        for hostile in ["]", "kr", "\"원\"", "KRW]"] {
            assert_eq!(money_format(Lang::Ko, Some(hostile), true), "#,##0");
        }
    }
}
