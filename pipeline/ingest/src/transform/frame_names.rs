//! Names of columns in the polars frame. Header names are not safe there.

/// Name of a text. Of the elements of a list, it is their JSON.
pub(crate) fn text_name(index: usize) -> String {
    format!("t{index}")
}

/// Name of the text of elements.
pub(crate) fn element_name(index: usize) -> String {
    format!("e{index}")
}

/// Name of a reference.
pub(crate) fn source_name(index: usize) -> String {
    format!("s{index}")
}
