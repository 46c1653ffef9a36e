//! List of the exporters.

use crate::{
    csv::CsvExporter,
    export::Exporter,
    json::JsonExporter,
    page::{PageExporter, ReviewExporter},
    workbook::WorkbookExporter,
};

/// Every exporter. A publication contains the files of all of them.
pub const EXPORTERS: [&dyn Exporter; 5] =
    [&PageExporter, &WorkbookExporter, &JsonExporter, &ReviewExporter, &CsvExporter];
