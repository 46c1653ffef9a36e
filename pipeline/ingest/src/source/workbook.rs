//! Reader for the rows of a sheet of an Excel workbook.
//!
//! A workbook is unpacked and held in memory. Sizes are checked before that, since its parts are compressed.

use std::{
    borrow::Cow,
    io::{self, Cursor, Read},
    ops::Range,
};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use zip::ZipArchive;

use crate::{
    report::{file_error::FileError, progress::Progress, reject_reason::RejectReason},
    source::{
        compression::MAX_UNPACKED_BYTES,
        file::{Compression, InboxFile},
        file_layout::FileLayout,
        json::row_to_json,
        panic_guard::decode,
        record::{NextRecord, trim_cell},
        sniff::sniff_format,
        workbook_cells::SheetCells,
    },
};

/// Signature of a zip archive, which every new workbook is.
const ZIP_SIGNATURE: &[u8] = b"PK\x03\x04";

pub(crate) struct WorkbookReader {
    cells: SheetCells,
    sheet: String,
    sheets: usize,
    /// Rows that are not read yet.
    rows: Range<usize>,
    row: usize,
    pub(crate) header: Vec<String>,
}

impl WorkbookReader {
    pub(crate) fn open(
        file: &InboxFile,
        compression: Compression,
        layout: &FileLayout,
        progress: &dyn Progress,
    ) -> Result<Self, FileError> {
        let bytes = compression.read_whole(file, progress)?;
        let name = &file.name;
        if !bytes.starts_with(ZIP_SIGNATURE) {
            if bytes.is_empty() {
                return Err(FileError::Empty { file: name.clone() });
            }
            let found = sniff_format(&bytes, false).unwrap_or("text");
            return Err(FileError::WrongFormat { file: name.clone(), found, expected: "an Excel workbook" });
        }
        let (cells, sheet, sheets) = decode(name, "an Excel workbook", || {
            check_unpacked_size(name, &bytes)?;
            read_sheet(name, bytes, layout.sheet.as_deref())
        })?;
        let first = cells.first_row_below(layout.skip_lines);
        if first == cells.rows() {
            return Err(match layout.skip_lines {
                0 => FileError::Empty { file: name.clone() },
                skipped => FileError::NoHeader { file: name.clone(), skipped },
            });
        }
        let header = (0..cells.width(first))
            .map(|column| cells.cell(first, column).and_then(trim_cell).unwrap_or_default().to_owned());
        Ok(Self { header: header.collect(), rows: first + 1..cells.rows(), row: first, cells, sheet, sheets })
    }

    pub(crate) fn next_record(&mut self) -> NextRecord {
        let Some(row) = self.rows.next() else { return NextRecord::End };
        self.row = row;
        if self.cells.width(row) > self.header.len() {
            return NextRecord::Malformed(RejectReason::RaggedRow);
        }
        let has_nul =
            (0..self.header.len()).any(|column| self.cell(column).is_some_and(|own| own.contains('\0')));
        if has_nul { NextRecord::Malformed(RejectReason::NulByte) } else { NextRecord::Valid }
    }

    /// Number of the row in the sheet, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.cells.line(self.row)
    }

    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        self.cells.cell(self.row, column).and_then(trim_cell)
    }

    pub(crate) fn raw(&self) -> Vec<u8> {
        row_to_json(&self.header, |column| self.cell(column).map(Cow::Borrowed))
    }

    /// Lines for the account of the file.
    pub(crate) fn notes(&self) -> Vec<String> {
        let sheet = (self.sheets > 1).then(|| format!("sheet `{}` of {}", self.sheet, self.sheets));
        let errors = self.cells.errors();
        let errors = (errors > 0).then(|| format!("error cells such as #N/A, read as empty: {errors}"));
        sheet.into_iter().chain(errors).collect()
    }
}

/// Unpacks every part once, without keeping it. Sizes that an archive states may be false.
fn check_unpacked_size(file: &str, bytes: &[u8]) -> Result<(), FileError> {
    let invalid = |message: String| FileError::InvalidWorkbook { file: file.to_owned(), message };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| invalid(error.to_string()))?;
    let mut rest = MAX_UNPACKED_BYTES;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| invalid(error.to_string()))?;
        let size = io::copy(&mut part.take(rest + 1), &mut io::sink())
            .map_err(|error| invalid(error.to_string()))?;
        rest = rest.checked_sub(size).ok_or_else(|| FileError::ArchiveTooLarge { file: file.to_owned() })?;
    }
    Ok(())
}

/// Cells of a sheet, its name, and the number of sheets.
fn read_sheet(
    file: &str,
    bytes: Vec<u8>,
    wanted: Option<&str>,
) -> Result<(SheetCells, String, usize), FileError> {
    let invalid =
        |error: XlsxError| FileError::InvalidWorkbook { file: file.to_owned(), message: error.to_string() };
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(invalid)?;
    let tables = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let sheets: Vec<(String, bool)> =
        tables.map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible)).collect();
    let found = match wanted {
        Some(wanted) => sheets.iter().find(|(name, _)| name.trim() == wanted.trim()),
        None => sheets.iter().find(|(_, is_visible)| *is_visible).or(sheets.first()),
    };
    let Some((name, _)) = found else {
        return Err(FileError::MissingSheet {
            file: file.to_owned(),
            sheet: wanted.unwrap_or_default().to_owned(),
            found: sheets.into_iter().map(|(name, _)| name).collect(),
        });
    };
    let mut cells = SheetCells::default();
    let mut reader = workbook.worksheet_cells_reader(name).map_err(invalid)?;
    while let Some(cell) = reader.next_cell().map_err(invalid)? {
        let position = cell.get_position();
        let is_added = match cell.get_value() {
            DataRef::Empty => true,
            DataRef::Error(_) => {
                cells.add_error();
                true
            }
            DataRef::String(text) => cells.add(position, text),
            DataRef::SharedString(text) => cells.add(position, text),
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => cells.add(position, text),
            DataRef::Int(number) => cells.add(position, &number.to_string()),
            DataRef::Float(number) => cells.add_number(position, *number),
            DataRef::Bool(flag) => cells.add(position, if *flag { "true" } else { "false" }),
            DataRef::DateTime(moment) => cells.add_moment(position, moment),
        };
        if !is_added {
            let message = format!("row {} comes after a later row", position.0 + 1);
            return Err(FileError::InvalidWorkbook { file: file.to_owned(), message });
        }
    }
    cells.finish();
    Ok((cells, name.clone(), sheets.len()))
}
