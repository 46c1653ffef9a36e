//! Reader for the records of a file of any format.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use crate::{
    report::{file_error::FileError, progress::Progress},
    source::{
        csv::CsvReader,
        file::{Compression, FileFormat, InboxFile},
        file_kind::FileKind,
        file_layout::FileLayout,
        hive::hive_columns,
        json::JsonReader,
        parquet::reader::ParquetReader,
        read_window::ReadWindow,
        record::{NextRecord, trim_cell},
        workbook::WorkbookReader,
        zip_member::member_name,
    },
};

/// Reader for the records of a file of any format.
pub(crate) struct RecordReader<'a> {
    format: FormatReader<'a>,
    /// Columns of the file, then those of its folders.
    header: Vec<String>,
    /// Cells of the columns of its folders, which are equal in all records.
    folder_cells: Vec<Option<String>>,
}

enum FormatReader<'a> {
    Csv(Box<CsvReader<'a>>),
    Json(JsonReader<'a>),
    Parquet(ParquetReader),
    Workbook(WorkbookReader),
}

impl<'a> RecordReader<'a> {
    /// Opens a file, checks its format and reads its header.
    pub(crate) fn open(
        file: &InboxFile,
        layout: &FileLayout,
        progress: &'a dyn Progress,
    ) -> Result<Self, FileError> {
        let (compression, _) = Compression::from_name(&file.name);
        let format = format_of(file, compression)?;
        let format = FormatReader::open(file, format, compression, layout, progress)?;
        let mut header = format.header().to_vec();
        let mut folder_cells = Vec::new();
        for (name, cell) in hive_columns(&file.name) {
            // A column inside of the file is more exact.
            if !header.iter().any(|own| own.eq_ignore_ascii_case(&name)) {
                header.push(name);
                folder_cells.push(cell);
            }
        }
        Ok(Self { format, header, folder_cells })
    }

    /// Trimmed column names.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// Returns whether a column is one of the folders of the file.
    pub(crate) fn is_folder_column(&self, name: &str) -> bool {
        let own = self.header.len() - self.folder_cells.len();
        self.header[own..].iter().any(|found| found == name)
    }

    /// Reads the next record. [`Self::cell`] then returns its cells.
    #[inline]
    pub(crate) fn next_record(&mut self) -> Result<NextRecord, FileError> {
        match &mut self.format {
            FormatReader::Csv(reader) => reader.next_record(),
            FormatReader::Json(reader) => reader.next_record(),
            FormatReader::Parquet(reader) => reader.next_record(),
            FormatReader::Workbook(reader) => Ok(reader.next_record()),
        }
    }

    /// View of the current record, for reading several of its cells.
    pub(crate) fn record(&self) -> RecordView<'_> {
        let text = match &self.format {
            FormatReader::Csv(reader) => reader.text(),
            _ => None,
        };
        match text {
            Some((text, cells, base)) => RecordView::Text { text, cells, base, reader: self },
            None => RecordView::Reader(self),
        }
    }

    /// Trimmed cell of the current record; none if it is empty.
    #[inline]
    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        let cell = match &self.format {
            FormatReader::Csv(reader) => reader.cell(column),
            FormatReader::Json(reader) => reader.cell(column),
            FormatReader::Parquet(reader) => reader.cell(column),
            FormatReader::Workbook(reader) => reader.cell(column),
        };
        if self.folder_cells.is_empty() { cell } else { cell.or_else(|| self.folder_cell(column)) }
    }

    fn folder_cell(&self, column: usize) -> Option<&str> {
        let own = self.header.len() - self.folder_cells.len();
        trim_cell(self.folder_cells.get(column.checked_sub(own)?)?.as_deref()?)
    }

    /// Encoding of the text read so far, if it is not UTF-8.
    pub(crate) fn legacy_encoding(&self) -> Option<&'static str> {
        match &self.format {
            FormatReader::Csv(reader) => reader.legacy_encoding().map(|encoding| encoding.name()),
            _ => None,
        }
    }

    /// Lines for the account of the file. `zone_of` returns the zone of naive timestamps in a column that is read.
    pub(crate) fn notes(&self, zone_of: impl Fn(usize) -> Option<String>) -> Vec<String> {
        let reader = match &self.format {
            FormatReader::Workbook(reader) => return reader.notes(),
            FormatReader::Parquet(reader) => reader,
            _ => return Vec::new(),
        };
        let mut naive: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for column in &reader.naive {
            if let Some(zone) = zone_of(*column) {
                naive.entry(zone).or_default().push(&self.header[*column]);
            }
        }
        let naive = naive
            .into_iter()
            .map(|(zone, names)| format!("timestamps without zone: read as {zone}: {}", names.join(", ")));
        let int96: Vec<&str> = reader
            .int96
            .iter()
            .filter(|column| zone_of(**column).is_some())
            .map(|column| self.header[*column].as_str())
            .collect();
        let int96 =
            (!int96.is_empty()).then(|| format!("INT96 timestamps: read as UTC: {}", int96.join(", ")));
        naive.chain(int96).collect()
    }

    /// First line of the current record, from 1; its number in a format without lines.
    pub(crate) fn line(&self) -> u64 {
        match &self.format {
            FormatReader::Csv(reader) => reader.line(),
            FormatReader::Json(reader) => reader.line(),
            FormatReader::Parquet(reader) => reader.line(),
            FormatReader::Workbook(reader) => reader.line(),
        }
    }

    /// Bytes of the current record; 0 for formats that are decoded in batches.
    pub(crate) fn bytes(&self) -> usize {
        match &self.format {
            FormatReader::Csv(reader) => reader.raw().len(),
            FormatReader::Json(reader) => reader.raw().len(),
            FormatReader::Parquet(_) | FormatReader::Workbook(_) => 0,
        }
    }

    /// Raw text of the current record.
    pub(crate) fn raw(&self) -> Cow<'_, [u8]> {
        match &self.format {
            FormatReader::Csv(reader) => Cow::Borrowed(reader.raw()),
            FormatReader::Json(reader) => Cow::Borrowed(reader.raw()),
            FormatReader::Parquet(reader) => Cow::Owned(reader.raw()),
            FormatReader::Workbook(reader) => Cow::Owned(reader.raw()),
        }
    }
}

/// Format by the name of a file, or of the file inside of its archive.
fn format_of(file: &InboxFile, compression: Compression) -> Result<FileFormat, FileError> {
    let name = match FileFormat::from_name(&file.name) {
        Some(format) => return Ok(format),
        None if compression == Compression::Zip => member_name(file)?,
        None => file.name.clone(),
    };
    // Nobody states the delimiter of plain text inside of an archive.
    let format = FileFormat::from_name(&name).filter(|format| *format != FileFormat::Text);
    format.ok_or_else(|| FileKind::from_name(&name).not_read(&file.name))
}

impl<'a> FormatReader<'a> {
    fn open(
        file: &InboxFile,
        format: FileFormat,
        compression: Compression,
        layout: &FileLayout,
        progress: &'a dyn Progress,
    ) -> Result<Self, FileError> {
        let name = &file.name;
        let window = || Ok(ReadWindow::new(name, compression.open(file, progress)?, compression));
        match format {
            FileFormat::Csv | FileFormat::Text => {
                Ok(Self::Csv(Box::new(CsvReader::open(name, window()?, layout)?)))
            }
            FileFormat::Tsv => {
                let layout = FileLayout { delimiter: b'\t', ..layout.clone() };
                Ok(Self::Csv(Box::new(CsvReader::open(name, window()?, &layout)?)))
            }
            FileFormat::Json => {
                let first_pass = ReadWindow::new(name, compression.open(file, &())?, compression);
                let header = JsonReader::collect_keys(name, first_pass, layout)?;
                Ok(Self::Json(JsonReader::open(name, window()?, layout, header)?))
            }
            FileFormat::Parquet => Ok(Self::Parquet(ParquetReader::open(file, compression, progress)?)),
            FileFormat::Workbook | FileFormat::OldWorkbook => {
                Ok(Self::Workbook(WorkbookReader::open(file, compression, layout, progress)?))
            }
        }
    }

    fn header(&self) -> &[String] {
        match self {
            Self::Csv(reader) => &reader.header,
            Self::Json(reader) => &reader.header,
            Self::Parquet(reader) => &reader.header,
            Self::Workbook(reader) => &reader.header,
        }
    }
}

/// The current record, with its text validated once for all cells.
pub(crate) enum RecordView<'a> {
    Text { text: &'a str, cells: &'a [Range<usize>], base: usize, reader: &'a RecordReader<'a> },
    Reader(&'a RecordReader<'a>),
}

impl RecordView<'_> {
    /// Trimmed cell; none if it is empty.
    #[inline]
    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        match self {
            Self::Text { text, cells, base, reader } => {
                let Some(cell) = cells.get(column) else { return reader.folder_cell(column) };
                trim_cell(text.get(cell.start - base..cell.end - base)?)
            }
            Self::Reader(reader) => reader.cell(column),
        }
    }
}
