//! Sparse matrix in compressed rows.

/// Rows of few nonzero cells, each a column and a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SparseMatrix {
    /// Start of each row's cells, and the end of the last.
    starts: Vec<usize>,
    cells: Vec<(usize, f64)>,
    width: usize,
}

impl SparseMatrix {
    /// Rows without cells and without columns.
    pub(crate) fn empty(rows: usize) -> Self {
        Self { starts: vec![0; rows + 1], cells: Vec::new(), width: 0 }
    }

    /// No rows, `width` columns.
    pub(crate) fn with_width(width: usize) -> Self {
        Self { starts: vec![0], cells: Vec::new(), width }
    }

    pub(crate) fn push_row(&mut self, cells: impl Iterator<Item = (usize, f64)>) {
        self.cells.extend(cells);
        self.starts.push(self.cells.len());
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn row(&self, row: usize) -> &[(usize, f64)] {
        &self.cells[self.starts[row]..self.starts[row + 1]]
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[(usize, f64)]> {
        self.starts.windows(2).map(|ends| &self.cells[ends[0]..ends[1]])
    }
}
