//! Zero-copy conversion of polars columns to arrow-rs through Arrow's C data interface.
//!
//! The only module with `unsafe`. Both crates declare the two structs of the interface
//! `repr(C)` with the same fields; sizes and alignments are asserted.

#![expect(
    unsafe_code,
    reason = "C structs pass arrays between two Arrow implementations; all other code is safe"
)]

use std::mem::{align_of, size_of};

use arrow::{
    array::{ArrayRef, make_array},
    error::ArrowError,
    ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi},
};
use polars::prelude::{CompatLevel, Series};
use polars_arrow::ffi::{ArrowArray, ArrowSchema, export_array_to_c, export_field_to_c};

const _: () = assert!(size_of::<ArrowArray>() == size_of::<FFI_ArrowArray>());
const _: () = assert!(align_of::<ArrowArray>() == align_of::<FFI_ArrowArray>());
const _: () = assert!(size_of::<ArrowSchema>() == size_of::<FFI_ArrowSchema>());
const _: () = assert!(align_of::<ArrowSchema>() == align_of::<FFI_ArrowSchema>());

/// Converts a polars column to one arrow-rs array. Text becomes `LargeUtf8`.
///
/// # Errors
/// If arrow-rs does not accept the layout.
pub(crate) fn column_to_arrow(column: &Series) -> Result<ArrayRef, ArrowError> {
    // The oldest level exports plain strings instead of string views.
    let level = CompatLevel::oldest();
    let whole = column.rechunk();
    let mut schema = export_field_to_c(&whole.field().to_arrow(level));
    let mut array = export_array_to_c(whole.to_arrow(0, level));
    // SAFETY: both pointers refer to initialized structs of the same C layout, asserted above.
    // `from_raw` moves them out and leaves a released struct, so each is released once.
    let (array, schema) = unsafe {
        (
            FFI_ArrowArray::from_raw((&raw mut array).cast::<FFI_ArrowArray>()),
            FFI_ArrowSchema::from_raw((&raw mut schema).cast::<FFI_ArrowSchema>()),
        )
    };
    // SAFETY: polars exported the array with the schema of its own field, as the interface requires.
    let data = unsafe { from_ffi(array, &schema) }?;
    Ok(make_array(data))
}

#[cfg(test)]
mod tests {
    use arrow::{
        array::{Array, AsArray},
        datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType},
    };
    use polars::prelude::{self as pl, NamedFrom};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nulls_and_hangul() {
        let text = Series::new("제목".into(), [Some("가격"), None, Some(""), Some("a slightly longer text")]);
        let array = column_to_arrow(&text).unwrap();
        assert_eq!(array.data_type(), &DataType::LargeUtf8);
        let array = array.as_string::<i64>();
        assert_eq!(
            array.iter().collect::<Vec<_>>(),
            [Some("가격"), None, Some(""), Some("a slightly longer text")]
        );
    }

    #[test]
    fn empty_column() {
        let array = column_to_arrow(&Series::new("none".into(), Vec::<Option<i64>>::new())).unwrap();
        assert_eq!((array.len(), array.data_type()), (0, &DataType::Int64));
    }

    #[test]
    fn timestamps_days_and_flags() {
        let numbers = Series::new("at".into(), [Some(1_i64), None, Some(-1)]);
        let at = numbers.cast(&pl::DataType::Datetime(pl::TimeUnit::Microseconds, None)).unwrap();
        let array = column_to_arrow(&at).unwrap();
        assert_eq!(array.data_type(), &DataType::Timestamp(TimeUnit::Microsecond, None));
        let values: Vec<_> = array.as_primitive::<TimestampMicrosecondType>().iter().collect();
        assert_eq!(values, [Some(1), None, Some(-1)]);
        let day = numbers.cast(&pl::DataType::Date).unwrap();
        assert_eq!(column_to_arrow(&day).unwrap().data_type(), &DataType::Date32);
        let flags = column_to_arrow(&Series::new("is".into(), [Some(true), None])).unwrap();
        assert_eq!(flags.as_boolean().iter().collect::<Vec<_>>(), [Some(true), None]);
    }

    #[test]
    fn slice_of_several_chunks() {
        let mut numbers = Series::new("n".into(), [Some(1_i64), None]);
        numbers.append(&Series::new("n".into(), [Some(3_i64), Some(4)])).unwrap();
        let array = column_to_arrow(&numbers.slice(1, 2)).unwrap();
        drop(numbers);
        assert_eq!(array.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [None, Some(3)]);
    }

    proptest! {
        #[test]
        fn any_text(cells in proptest::collection::vec(proptest::option::of(".{0,20}"), 0..40)) {
            let array = column_to_arrow(&Series::new("text".into(), cells.clone())).unwrap();
            let found: Vec<_> = array.as_string::<i64>().iter().map(|cell| cell.map(str::to_owned)).collect();
            prop_assert_eq!(found, cells);
        }
    }
}
