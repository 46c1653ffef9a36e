//! Application of Rust functions to text columns.

use std::borrow::Cow;

use polars::prelude::{
    BooleanChunked, Column, DataType, Expr, Field, IntoColumn, PolarsResult, StringChunked,
    StringChunkedBuilder, map_multiple,
};

/// Column of the text that a function makes from each text that is not empty.
pub(super) fn map_text<F>(column: Expr, function: F) -> Expr
where
    F: for<'t> Fn(&'t str) -> Option<Cow<'t, str>> + Send + Sync + 'static,
{
    map_cells(column, move |cell| cell.and_then(&function))
}

/// Column of the text that a function makes from each cell.
pub(super) fn map_cells<F>(column: Expr, function: F) -> Expr
where
    F: for<'t> Fn(Option<&'t str>) -> Option<Cow<'t, str>> + Send + Sync + 'static,
{
    let apply = move |column: Column| {
        let texts = column.str()?;
        let mut builder = StringChunkedBuilder::new(texts.name().clone(), texts.len());
        texts.iter().for_each(|cell| builder.append_option(function(cell)));
        Ok(builder.finish().into_column())
    };
    column.map(apply, |_, field| Ok(Field::new(field.name().clone(), DataType::String)))
}

/// Column of the result of a test of each text that is not empty; false for empty cells.
pub(super) fn test_text<F>(column: Expr, test: F) -> Expr
where
    F: Fn(&str) -> bool + Send + Sync + 'static,
{
    let apply = move |column: Column| {
        let texts = column.str()?;
        let holds = texts.iter().map(|cell| cell.is_some_and(&test));
        let mask: BooleanChunked = holds.collect();
        Ok(mask.with_name(texts.name().clone()).into_column())
    };
    column.map(apply, |_, field| Ok(Field::new(field.name().clone(), DataType::Boolean)))
}

/// Column of the text that a function makes from the cells of each row.
pub(super) fn map_rows<F>(columns: &[Expr], function: F) -> Expr
where
    F: Fn(&[Option<&str>]) -> Option<String> + Send + Sync + 'static,
{
    let apply = move |columns: &mut [Column]| {
        let texts =
            columns.iter().map(|column| column.str()).collect::<PolarsResult<Vec<&StringChunked>>>()?;
        let rows = texts.iter().map(|column| column.len()).max().unwrap_or(0);
        let name = texts.first().map(|first| first.name().clone()).unwrap_or_default();
        let mut cells = vec![None; texts.len()];
        let mut iterators: Vec<_> = texts.iter().map(|column| column.iter()).collect();
        let mut builder = StringChunkedBuilder::new(name, rows);
        for row in 0..rows {
            for ((cell, iterator), column) in cells.iter_mut().zip(&mut iterators).zip(&texts) {
                // A constant column has one row.
                if row < column.len() {
                    *cell = iterator.next().flatten();
                }
            }
            builder.append_option(function(&cells));
        }
        Ok(builder.finish().into_column())
    };
    map_multiple(apply, columns, |_, fields| {
        let name = fields.first().map(|field| field.name().clone()).unwrap_or_default();
        Ok(Field::new(name, DataType::String))
    })
}

/// Column of the cells of each row, one after the other, with constants between them. `None` is
/// the next column. A row with an empty cell is empty.
pub(in crate::transform) fn concat(parts: Vec<Option<String>>, columns: &[Expr]) -> Expr {
    map_rows(columns, move |cells| {
        let mut cells = cells.iter();
        let mut text = String::new();
        for part in &parts {
            match part {
                Some(constant) => text.push_str(constant),
                None => text.push_str((*cells.next()?)?),
            }
        }
        Some(text)
    })
}
