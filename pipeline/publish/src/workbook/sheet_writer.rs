//! Writer of one sheet: head, cells and print settings.

use rust_xlsxwriter::{
    ConditionalFormatFormula, ExcelDateTime, Format, FormatBorder, IgnoreError, Url, Worksheet, XlsxError,
};
use slotcast_core::{DateTime, NaiveDate, NaiveDateTime, ThresholdBasis, Utc, utc_to_local};

use super::{
    cell_text::{MAX_LENGTH, clean, length, link_target, prefix},
    context::WorkbookContext,
    styles::GRID,
};
use crate::{
    columns::ColumnKind,
    view::{CellValue, local_text},
};
use chrono::{Datelike, Timelike};

/// Limit of links: Excel repairs sheets that have more.
const MAX_LINKS: usize = 65_530;
/// Excel's number of the paper size A4.
const A4: u8 = 9;
const HEADER_PIXELS: u32 = 44;

/// Writer of one sheet.
pub(super) struct SheetWriter<'b> {
    pub(super) raw: &'b mut Worksheet,
    context: &'b WorkbookContext<'b>,
    links: usize,
}

impl<'b> SheetWriter<'b> {
    /// Starts a sheet: A4 landscape, one page wide, with the run in the footer.
    pub(super) fn new(context: &'b WorkbookContext<'b>, raw: &'b mut Worksheet) -> Self {
        raw.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
        raw.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
        let run = context.filled("run", &[("run", context.view.run_id.as_str())]);
        raw.set_footer(format!("&L{run}&C&A&R{}", context.text("page_of")));
        if context.is_internal() {
            raw.set_header(format!("&R&B{}", context.text("internal")));
        }
        Self { raw, context, links: 0 }
    }

    /// Writes title, audience and notes. Returns the next row.
    pub(super) fn head(&mut self, sheet: &str, notes: &[String]) -> Result<u32, XlsxError> {
        let context = self.context;
        let title = context.filled("title", &[("market", &context.view.market), ("sheet", sheet)]);
        self.text(0, 0, &title, Some(&context.styles.title))?;
        self.raw.set_row_height_pixels(0, 30)?;
        let mut row = 1;
        if context.is_internal() {
            self.text(row, 0, context.text("internal"), Some(&context.styles.internal))?;
            row += 1;
        }
        for note in notes {
            self.text(row, 0, note, Some(&context.styles.note))?;
            row += 1;
        }
        Ok(row)
    }

    /// Writes the header of a table.
    pub(super) fn header<'t>(
        &mut self,
        row: u32,
        labels: impl IntoIterator<Item = &'t str>,
    ) -> Result<(), XlsxError> {
        for (col, label) in (0..).zip(labels) {
            self.text(row, col, label, Some(&self.context.styles.header))?;
        }
        self.raw.set_row_height_pixels(row, HEADER_PIXELS)?;
        Ok(())
    }

    /// Sets up a table of `rows` rows below the header at `row`: filters, frozen panes, a header on each
    /// page.
    pub(super) fn table(&mut self, row: u32, columns: u16, rows: u32, fixed: u16) -> Result<(), XlsxError> {
        let last = columns.saturating_sub(1);
        self.raw.autofilter(row, 0, row + rows.max(1), last)?;
        self.raw.set_freeze_panes(row + 1, fixed)?;
        self.raw.set_repeat_rows(row, row)?;
        // A hairline below each row. Rules that color cells were added before and take precedence.
        let line = Format::new().set_border_bottom(FormatBorder::Thin).set_border_color(GRID);
        let rule = ConditionalFormatFormula::new().set_rule("=TRUE").set_format(line);
        self.raw.add_conditional_format(row + 1, 0, row + rows.max(1), last, &rule)?;
        // Ids of digits are texts on purpose.
        self.raw.ignore_error_range(row + 1, 0, row + rows.max(1), last, IgnoreError::NumberStoredAsText)?;
        Ok(())
    }

    /// Sets width and format of a column.
    pub(super) fn column(&mut self, col: u16, width: f64, format: &Format) -> Result<(), XlsxError> {
        self.raw.set_column_width(col, width)?.set_column_format(col, format)?;
        Ok(())
    }

    /// Writes a value in the format of its column, or of `own` if the offer's unit differs from the column's.
    pub(super) fn value(
        &mut self,
        (row, col): (u32, u16),
        value: &CellValue<'_>,
        kind: ColumnKind,
        own: Option<ThresholdBasis>,
    ) -> Result<(), XlsxError> {
        let context = self.context;
        match value {
            CellValue::Text(text) if kind == ColumnKind::Link => self.link(row, col, text),
            CellValue::Text(text) => self.text(row, col, text, None),
            CellValue::Number(number) => {
                let format = own.map(|basis| context.styles.of(kind, basis));
                self.number(row, col, Some(*number), format)
            }
            CellValue::Count(count) => self.number(row, col, Some(*count as f64), None),
            CellValue::Date(date) => self.date(row, col, *date),
            CellValue::Bool(value) => {
                self.text(row, col, context.text(if *value { "yes" } else { "no" }), None)
            }
            CellValue::Flags(flags) => self.text(row, col, &context.flag_text(flags), None),
            CellValue::Basis(basis) => self.text(row, col, context.text(&format!("basis_{basis}")), None),
            CellValue::Missing => Ok(()),
        }
    }

    /// Writes a number, if it is finite.
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

    /// Writes a text as a text, even if it looks like a formula. A text that is too long is cut, with a
    /// notice.
    pub(super) fn text(
        &mut self,
        row: u32,
        col: u16,
        text: &str,
        format: Option<&Format>,
    ) -> Result<(), XlsxError> {
        let mut text = clean(text);
        let n = length(&text);
        if n > MAX_LENGTH {
            let note = self.context.filled("cut", &[("n", &n.to_string())]);
            text = (prefix(&text, MAX_LENGTH - length(&note)).to_owned() + &note).into();
        }
        if text.starts_with("<r>") && text.ends_with("</r>") {
            // The library would treat it as its own rich text and not escape it.
            let base = &self.context.styles.base;
            let parts = [(base, &text[..3]), (base, &text[3..])];
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
        match link_target(text).filter(|_| self.links < MAX_LINKS) {
            Some(target) => {
                self.links += 1;
                let link = Url::new(target).set_text(text);
                self.raw.write_url_with_format(row, col, link, &self.context.styles.link)?;
                Ok(())
            }
            None => self.text(row, col, text, Some(&self.context.styles.text)),
        }
    }

    /// Writes a local date; as a text if Excel has no such date.
    pub(super) fn date(&mut self, row: u32, col: u16, date: NaiveDate) -> Result<(), XlsxError> {
        match excel_date(date) {
            Some(serial) => self.raw.write_datetime_with_format(
                row,
                col,
                &serial,
                self.context.styles.of(ColumnKind::Date, ThresholdBasis::Units),
            )?,
            None => self.raw.write_string(row, col, date.to_string())?,
        };
        Ok(())
    }

    /// Writes an instant as local time; as a text if Excel has no such date.
    pub(super) fn instant(&mut self, row: u32, col: u16, instant: DateTime<Utc>) -> Result<(), XlsxError> {
        let (zone, format) = (self.context.view.zone, &self.context.styles.timestamp);
        match excel_timestamp(utc_to_local(zone, instant)) {
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

fn excel_timestamp(local: NaiveDateTime) -> Option<ExcelDateTime> {
    let (hour, minute) = (u16::try_from(local.hour()).ok()?, u8::try_from(local.minute()).ok()?);
    excel_date(local.date())?.and_hms(hour, minute, local.second()).ok()
}
