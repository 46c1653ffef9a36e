//! A sheet that is being written: cells by what they hold, its head, and how it is printed.

use rust_xlsxwriter::{
    ConditionalFormatFormula, ExcelDateTime, Format, FormatBorder, IgnoreError, Url, Worksheet, XlsxError,
};
use slotcast_core::{DateTime, NaiveDate, NaiveDateTime, ThresholdBasis, Utc, utc_to_local};

use super::{
    Book, flag_words,
    styles::GRID,
    text::{LONGEST, beginning, clean, length, link_target},
};
use crate::{
    columns::{Kind, Value},
    view::local_text,
};
use chrono::{Datelike, Timelike};

/// More links than this make Excel repair a sheet.
const MOST_LINKS: usize = 65_530;
/// A4, as Excel numbers paper.
const A4: u8 = 9;
const HEADER_PIXELS: u32 = 44;

/// A sheet with what its cells are written by.
pub(super) struct Sheet<'b> {
    pub(super) raw: &'b mut Worksheet,
    book: &'b Book<'b>,
    links: usize,
}

impl<'b> Sheet<'b> {
    /// Begins a sheet: A4 landscape, as wide as a page, with the name of the run below.
    pub(super) fn new(book: &'b Book<'b>, raw: &'b mut Worksheet) -> Self {
        raw.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
        raw.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
        let run = book.filled("run", &[("run", book.view.run_id.as_str())]);
        raw.set_footer(format!("&L{run}&C&A&R{}", book.text("page_of")));
        if book.is_internal() {
            raw.set_header(format!("&R&B{}", book.text("internal")));
        }
        Self { raw, book, links: 0 }
    }

    /// The title, whose reading it is, and what must be said before the rows. Gives the row after.
    pub(super) fn head(&mut self, sheet: &str, notes: &[String]) -> Result<u32, XlsxError> {
        let book = self.book;
        let title = book.filled("title", &[("market", &book.view.market), ("sheet", sheet)]);
        self.text(0, 0, &title, Some(&book.styles.title))?;
        self.raw.set_row_height_pixels(0, 30)?;
        let mut row = 1;
        if book.is_internal() {
            self.text(row, 0, book.text("internal"), Some(&book.styles.internal))?;
            row += 1;
        }
        for note in notes {
            self.text(row, 0, note, Some(&book.styles.note))?;
            row += 1;
        }
        Ok(row)
    }

    /// The header of a table.
    pub(super) fn header<'t>(
        &mut self,
        row: u32,
        labels: impl IntoIterator<Item = &'t str>,
    ) -> Result<(), XlsxError> {
        for (col, label) in (0..).zip(labels) {
            self.text(row, col, label, Some(&self.book.styles.header))?;
        }
        self.raw.set_row_height_pixels(row, HEADER_PIXELS)?;
        Ok(())
    }

    /// What a table of `rows` rows under the header at `row` needs: filters, panes that stay, a header on each page.
    pub(super) fn table(&mut self, row: u32, columns: u16, rows: u32, fixed: u16) -> Result<(), XlsxError> {
        let last = columns.saturating_sub(1);
        self.raw.autofilter(row, 0, row + rows.max(1), last)?;
        self.raw.set_freeze_panes(row + 1, fixed)?;
        self.raw.set_repeat_rows(row, row)?;
        // A hairline under each row; after the rules that colour cells, which go first.
        let line = Format::new().set_border_bottom(FormatBorder::Thin).set_border_color(GRID);
        let rule = ConditionalFormatFormula::new().set_rule("=TRUE").set_format(line);
        self.raw.add_conditional_format(row + 1, 0, row + rows.max(1), last, &rule)?;
        // Ids of digits are texts, and meant to be.
        self.raw.ignore_error_range(row + 1, 0, row + rows.max(1), last, IgnoreError::NumberStoredAsText)?;
        Ok(())
    }

    /// The width of a column and how its cells are written.
    pub(super) fn column(&mut self, col: u16, width: f64, format: &Format) -> Result<(), XlsxError> {
        self.raw.set_column_width(col, width)?.set_column_format(col, format)?;
        Ok(())
    }

    /// A value in the format of its column; or, where the offer's basis is not that of the column, in its own.
    pub(super) fn value(
        &mut self,
        (row, col): (u32, u16),
        value: &Value<'_>,
        kind: Kind,
        own: Option<ThresholdBasis>,
    ) -> Result<(), XlsxError> {
        let book = self.book;
        match value {
            Value::Text(text) if kind == Kind::Link => self.link(row, col, text),
            Value::Text(text) => self.text(row, col, text, None),
            Value::Number(number) => {
                let format = own.map(|basis| book.styles.of(kind, basis));
                self.number(row, col, Some(*number), format)
            }
            Value::Count(count) => self.number(row, col, Some(*count as f64), None),
            Value::Date(date) => self.date(row, col, *date),
            Value::YesNo(is_so) => self.text(row, col, book.text(if *is_so { "yes" } else { "no" }), None),
            Value::Flags(flags) => self.text(row, col, &flag_words(book, flags), None),
            Value::Basis(basis) => self.text(row, col, book.text(&format!("basis_{basis}")), None),
            Value::Missing => Ok(()),
        }
    }

    /// A number; nothing where there is none, or none that Excel has.
    pub(super) fn number(
        &mut self,
        row: u32,
        col: u16,
        number: Option<f64>,
        format: Option<&Format>,
    ) -> Result<(), XlsxError> {
        let Some(number) = number.filter(|number| number.is_finite()) else { return Ok(()) };
        match format {
            Some(format) => self.raw.write_number_with_format(row, col, number, format)?,
            None => self.raw.write_number(row, col, number)?,
        };
        Ok(())
    }

    /// A text that stays a text, whatever it looks like. What Excel cannot hold is left out, and the cell says so.
    pub(super) fn text(
        &mut self,
        row: u32,
        col: u16,
        text: &str,
        format: Option<&Format>,
    ) -> Result<(), XlsxError> {
        let mut text = clean(text);
        let n = length(&text);
        if n > LONGEST {
            let note = self.book.filled("cut", &[("n", &n.to_string())]);
            text = (beginning(&text, LONGEST - length(&note)).to_owned() + &note).into();
        }
        if text.starts_with("<r>") && text.ends_with("</r>") {
            // The writer would take it for a rich text of its own making and not escape it.
            let plain = &self.book.styles.base;
            let parts = [(plain, &text[..3]), (plain, &text[3..])];
            match format {
                Some(format) => self.raw.write_rich_string_with_format(row, col, &parts, format)?,
                None => self.raw.write_rich_string(row, col, &parts)?,
            };
            return Ok(());
        }
        match format {
            Some(format) => self.raw.write_string_with_format(row, col, text.as_ref(), format)?,
            None => self.raw.write_string(row, col, text.as_ref())?,
        };
        Ok(())
    }

    fn link(&mut self, row: u32, col: u16, text: &str) -> Result<(), XlsxError> {
        match link_target(text).filter(|_| self.links < MOST_LINKS) {
            Some(target) => {
                self.links += 1;
                let link = Url::new(target).set_text(text);
                self.raw.write_url_with_format(row, col, link, &self.book.styles.link)?;
                Ok(())
            }
            None => self.text(row, col, text, Some(&self.book.styles.text)),
        }
    }

    /// A local date; as a text where Excel has no such date.
    pub(super) fn date(&mut self, row: u32, col: u16, date: NaiveDate) -> Result<(), XlsxError> {
        match excel_date(date) {
            Some(serial) => self.raw.write_datetime_with_format(
                row,
                col,
                &serial,
                self.book.styles.of(Kind::Date, ThresholdBasis::Units),
            )?,
            None => self.raw.write_string(row, col, date.to_string())?,
        };
        Ok(())
    }

    /// A moment as clocks of the market show it; as a text where Excel has no such date.
    pub(super) fn moment(&mut self, row: u32, col: u16, instant: DateTime<Utc>) -> Result<(), XlsxError> {
        let (zone, format) = (self.book.view.zone, &self.book.styles.moment);
        match excel_moment(utc_to_local(zone, instant)) {
            Some(serial) => self.raw.write_datetime_with_format(row, col, &serial, format)?,
            None => self.raw.write_string_with_format(row, col, local_text(zone, instant), format)?,
        };
        Ok(())
    }
}

fn excel_date(date: NaiveDate) -> Option<ExcelDateTime> {
    let (month, day) = (u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
    ExcelDateTime::from_ymd(u16::try_from(date.year()).ok()?, month, day).ok()
}

fn excel_moment(local: NaiveDateTime) -> Option<ExcelDateTime> {
    let (hour, minute) = (u16::try_from(local.hour()).ok()?, u8::try_from(local.minute()).ok()?);
    excel_date(local.date())?.and_hms(hour, minute, local.second()).ok()
}
