//! Cells of a sheet as text, without the empty ones.

use std::ops::Range;

use calamine::ExcelDateTime;

/// Significant digits of a number in Excel. Those after them are noise of binary fractions.
const DIGITS: usize = 15;

/// Cells of a sheet, by row and column.
#[derive(Debug, Default)]
pub(super) struct SheetCells {
    text: String,
    cells: Vec<Cell>,
    /// Number of each row in the sheet from 0, and the start of its cells.
    rows: Vec<(u32, usize)>,
    /// Columns with a time of day other than midnight.
    timed_columns: Vec<bool>,
    errors: u64,
}

#[derive(Debug)]
struct Cell {
    column: u32,
    text: Range<usize>,
    is_date: bool,
}

impl SheetCells {
    /// Adds a text; false if its row is above the last one.
    pub(super) fn add(&mut self, position: (u32, u32), text: &str) -> bool {
        self.push(position, text, false)
    }

    /// Adds a number with the digits that Excel shows.
    pub(super) fn add_number(&mut self, position: (u32, u32), number: f64) -> bool {
        self.push(position, &number_text(number), false)
    }

    /// Adds a date, a time or a duration. Excel knows no zones.
    pub(super) fn add_moment(&mut self, position: (u32, u32), moment: &ExcelDateTime) -> bool {
        let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
        let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
        if moment.is_duration() || (0.0..1.0).contains(&moment.as_f64()) {
            let hours = if moment.is_duration() { moment.as_f64() * 24.0 } else { f64::from(hour) };
            let hours = (hours + 1e-6).floor();
            return self.push(position, &format!("{hours:02}:{minute:02}:{second:02}{fraction}"), false);
        }
        let is_midnight = (hour, minute, second, milli) == (0, 0, 0, 0);
        let column = position.1 as usize;
        if !is_midnight {
            self.timed_columns.resize(self.timed_columns.len().max(column + 1), false);
            self.timed_columns[column] = true;
        }
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}");
        self.push(position, &text, true)
    }

    pub(super) fn add_error(&mut self) {
        self.errors += 1;
    }

    /// Number of cells with an error such as `#N/A`.
    pub(super) fn errors(&self) -> u64 {
        self.errors
    }

    /// Removes the midnight of dates in columns without any time of day.
    pub(super) fn finish(&mut self) {
        let timed = &self.timed_columns;
        for cell in self.cells.iter_mut().filter(|cell| cell.is_date) {
            if !timed.get(cell.column as usize).copied().unwrap_or_default() {
                cell.text.end = cell.text.start + "2026-03-03".len();
            }
        }
    }

    /// Number of rows that are not empty.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Index of the first row below a number of sheet rows.
    pub(super) fn first_row_below(&self, skipped: u64) -> usize {
        self.rows.partition_point(|(row, _)| u64::from(*row) < skipped)
    }

    /// Number of a row in the sheet, from 1.
    pub(super) fn line(&self, row: usize) -> u64 {
        self.rows.get(row).map_or(0, |(row, _)| u64::from(*row) + 1)
    }

    /// Number of columns up to the last cell of a row.
    pub(super) fn width(&self, row: usize) -> usize {
        self.row(row).last().map_or(0, |cell| cell.column as usize + 1)
    }

    pub(super) fn cell(&self, row: usize, column: usize) -> Option<&str> {
        let row = self.row(row);
        let at = row.binary_search_by_key(&column, |cell| cell.column as usize).ok()?;
        self.text.get(row[at].text.clone())
    }

    fn row(&self, row: usize) -> &[Cell] {
        let Some((_, start)) = self.rows.get(row) else { return &[] };
        let end = self.rows.get(row + 1).map_or(self.cells.len(), |(_, start)| *start);
        &self.cells[*start..end]
    }

    fn push(&mut self, (row, column): (u32, u32), text: &str, is_date: bool) -> bool {
        if text.trim().is_empty() {
            return true;
        }
        match self.rows.last() {
            Some((last, _)) if *last > row => return false,
            Some((last, _)) if *last == row => {
                if self.cells.last().is_some_and(|cell| cell.column >= column) {
                    return false;
                }
            }
            _ => self.rows.push((row, self.cells.len())),
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.cells.push(Cell { column, text: start..self.text.len(), is_date });
        true
    }
}

fn number_text(number: f64) -> String {
    let rounded = format!("{number:.*e}", DIGITS - 1).parse().unwrap_or(number);
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        for (number, text) in [
            (20_000.0, "20000"),
            (12.5, "12.5"),
            // Sum of 19.99, 19.99 and 19.99 in binary fractions.
            (59.970_000_000_000_006, "59.97"),
            (8_801_234_567_890.0, "8801234567890"),
            (-0.1, "-0.1"),
            (1e21, "1000000000000000000000"),
        ] {
            assert_eq!(number_text(number), text);
        }
    }

    #[test]
    fn dates_and_times() {
        let moment = |value| ExcelDateTime::new(value, ExcelDateTimeType::DateTime, false);
        let mut cells = SheetCells::default();
        for (row, first) in [46_084.0, 46_085.0].into_iter().enumerate() {
            let row = row as u32 * 2;
            assert!(cells.add_moment((row, 0), &moment(first)));
            assert!(cells.add_moment((row, 1), &moment(first + 0.25 * f64::from(row))));
            assert!(cells.add_moment((row, 3), &moment(0.25)));
        }
        cells.finish();
        let texts = |row| [0, 1, 2, 3].map(|column| cells.cell(row, column).unwrap_or_default());
        assert_eq!(texts(0), ["2026-03-03", "2026-03-03T00:00:00", "", "06:00:00"]);
        assert_eq!(texts(1), ["2026-03-04", "2026-03-04T12:00:00", "", "06:00:00"]);
        assert_eq!((cells.line(1), cells.width(1), cells.first_row_below(1)), (3, 4, 1));
        assert!(!cells.add((0, 0), "x"), "rows ascend");
    }
}
