//! Page readers of a Parquet file that validate each page before it is decoded.

use std::{ops::Range, sync::Arc};

use parquet::{
    arrow::arrow_reader::RowGroups,
    basic::Encoding,
    column::page::{Page, PageIterator, PageMetadata, PageReader},
    errors::Result,
    file::{
        metadata::{ParquetMetaData, RowGroupMetaData},
        reader::ChunkReader,
        serialized_reader::SerializedPageReader,
    },
    schema::types::ColumnDescPtr,
};

use super::{delta::check_counts, page_header::check_pages};

/// Row groups with validated pages.
pub(super) struct CheckedRowGroups<T> {
    input: Arc<T>,
    metadata: Arc<ParquetMetaData>,
}

impl<T: ChunkReader> CheckedRowGroups<T> {
    pub(super) fn new(input: T, metadata: ParquetMetaData) -> Self {
        Self { input: Arc::new(input), metadata: Arc::new(metadata) }
    }
}

impl<T: ChunkReader + 'static> RowGroups for CheckedRowGroups<T> {
    fn num_rows(&self) -> usize {
        self.row_groups().map(|group| usize::try_from(group.num_rows()).unwrap_or_default()).sum()
    }

    fn column_chunks(&self, column: usize) -> Result<Box<dyn PageIterator>> {
        Ok(Box::new(CheckedChunks {
            input: Arc::clone(&self.input),
            metadata: Arc::clone(&self.metadata),
            column,
            groups: 0..self.metadata.num_row_groups(),
        }))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(self.metadata.row_groups().iter())
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }
}

/// Chunks of one column, one per row group.
struct CheckedChunks<T> {
    input: Arc<T>,
    metadata: Arc<ParquetMetaData>,
    column: usize,
    groups: Range<usize>,
}

impl<T: ChunkReader + 'static> CheckedChunks<T> {
    fn open(&self, group: usize) -> Result<Box<dyn PageReader>> {
        let group = self.metadata.row_group(group);
        let chunk = group.column(self.column);
        check_pages(self.input.as_ref(), chunk)?;
        let rows = usize::try_from(group.num_rows()).unwrap_or_default();
        let pages = SerializedPageReader::new(Arc::clone(&self.input), chunk, rows, None)?;
        Ok(Box::new(CheckedPages { pages, column: chunk.column_descr_ptr() }))
    }
}

impl<T: ChunkReader + 'static> Iterator for CheckedChunks<T> {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        let group = self.groups.next()?;
        Some(self.open(group))
    }
}

impl<T: ChunkReader + 'static> PageIterator for CheckedChunks<T> {}

/// Pages of one column chunk.
struct CheckedPages<T: ChunkReader> {
    pages: SerializedPageReader<T>,
    column: ColumnDescPtr,
}

impl<T: ChunkReader> CheckedPages<T> {
    fn check(&self, page: &Page) -> Result<()> {
        match page {
            Page::DataPage { buf, num_values, encoding, def_level_encoding, rep_level_encoding, .. } => {
                let levels = [
                    (self.column.max_rep_level(), *rep_level_encoding),
                    (self.column.max_def_level(), *def_level_encoding),
                ];
                let values = levels.iter().try_fold(&buf[..], |rest, (max_level, encoding)| {
                    after_levels(rest, *max_level, *encoding, *num_values)
                });
                // The decoder of levels reports missing bytes itself.
                values.map_or(Ok(()), |values| check_counts(*encoding, values, *num_values))
            }
            Page::DataPageV2 {
                buf, num_values, encoding, def_levels_byte_len, rep_levels_byte_len, ..
            } => {
                let start = u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len);
                let values = usize::try_from(start).ok().and_then(|start| buf.get(start..));
                values.map_or(Ok(()), |values| check_counts(*encoding, values, *num_values))
            }
            Page::DictionaryPage { .. } => Ok(()),
        }
    }
}

/// Bytes of a page after one kind of levels.
fn after_levels(bytes: &[u8], max_level: i16, encoding: Encoding, count: u32) -> Option<&[u8]> {
    if max_level <= 0 {
        return Some(bytes);
    }
    if encoding == Encoding::RLE {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        return rest.get(usize::try_from(u32::from_le_bytes(*length)).ok()?..);
    }
    // Packed bits have no length.
    let bits = u64::from(count) * u64::from(i16::BITS - max_level.leading_zeros());
    bytes.get(usize::try_from(bits.div_ceil(8)).ok()?..)
}

impl<T: ChunkReader> Iterator for CheckedPages<T> {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl<T: ChunkReader> PageReader for CheckedPages<T> {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        page.as_ref().map_or(Ok(()), |page| self.check(page))?;
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}
