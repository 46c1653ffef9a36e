//! Workbook (`.xlsx`) in one language, with one sheet per topic.
//!
//! Figures are rounded as in the CSV and written as numbers. Texts are written as texts, even if they look
//! like formulas. In a workbook for internal readers, every sheet is marked as internal.

mod styles;

mod context;

mod cell_text;
mod row_height;

mod sheet_writer;

mod charts;

mod list;
mod review;
mod what_if;

mod summary;

mod dictionary;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use self::context::WorkbookContext;
use crate::{
    error::PublishError,
    export::{ExportFile, Exporter},
    i18n::Lang,
    view::PageView,
};

/// Length limit of the market's name in the title of the file: Excel accepts no long titles.
const MAX_MARKET_LENGTH: usize = 120;

/// Exporter of `ranking.xlsx`.
pub(crate) struct WorkbookExporter;

impl Exporter for WorkbookExporter {
    fn files(&self, view: &PageView, lang: Lang) -> Result<Vec<ExportFile>, PublishError> {
        Ok(vec![ExportFile::new(view, "ranking", "xlsx", workbook(view, lang)?)])
    }
}

/// The workbook of a page.
pub(crate) fn workbook(view: &PageView, lang: Lang) -> Result<Vec<u8>, PublishError> {
    let context = WorkbookContext::new(view, lang);
    let mut file = Workbook::new();
    file.set_default_format(&context.styles.base, styles::ROW_PIXELS, styles::COLUMN_PIXELS)?;
    file.set_properties(&properties(&context)?);
    let mut names = SheetNames::default();
    for list in &view.lists {
        let sheet = names.add_sheet(&mut file, &context.list_name(list))?;
        list::write(&context, list, sheet)?;
    }
    let lists = names.0.clone();
    what_if::write(&context, names.add_sheet(&mut file, context.text("sheet_what_if"))?)?;
    summary::write(&context, &lists, names.add_sheet(&mut file, context.text("sheet_summary"))?)?;
    if !view.reviews.is_empty() {
        review::write(&context, names.add_sheet(&mut file, context.text("sheet_review"))?)?;
    }
    dictionary::write(&context, names.add_sheet(&mut file, context.text("sheet_dictionary"))?)?;
    Ok(file.save_to_buffer()?)
}

/// Properties of the file. Its time is the as-of time of the run, so that equal views give equal bytes.
fn properties(context: &WorkbookContext<'_>) -> Result<DocProperties, XlsxError> {
    let view = context.view;
    let sheet =
        view.lists.first().map_or(context.text("sheet_summary").to_owned(), |list| context.list_name(list));
    let market = cell_text::clean(&view.market);
    let market = cell_text::prefix(&market, MAX_MARKET_LENGTH);
    let mut title = context.filled("title", &[("market", market), ("sheet", &sheet)]);
    if context.is_internal() {
        title = context.filled("internal_title", &[("title", &title)]);
    }
    let created = ExcelDateTime::from_timestamp(view.as_of.timestamp())
        .or_else(|_| ExcelDateTime::from_ymd(1970, 1, 1))?;
    let properties =
        DocProperties::new().set_title(title).set_subject(view.run_id.as_str()).set_author("slotcast");
    Ok(properties.set_creation_datetime(&created))
}

/// Names of the sheets so far. Excel refuses duplicates.
#[derive(Default)]
struct SheetNames(Vec<String>);

impl SheetNames {
    fn add_sheet<'b>(&mut self, file: &'b mut Workbook, name: &str) -> Result<&'b mut Worksheet, XlsxError> {
        let candidates = (1..).map(|n| if n == 1 { name.to_owned() } else { format!("{name} ({n})") });
        let name =
            candidates.into_iter().find(|name| !self.0.contains(name)).unwrap_or_else(|| name.to_owned());
        let sheet = file.add_worksheet();
        sheet.set_name(&name)?;
        self.0.push(name);
        Ok(sheet)
    }
}

#[cfg(test)]
mod tests;
