//! The workbook that merchandisers take to the meeting: a sheet a theme, in one language. It returns bytes.
//!
//! Every figure is the one of the view, rounded as in the CSV and written as a number; every text is written as a
//! text, whatever it looks like. What only the house may see is in no sheet of other readers, and where it is, each
//! sheet says so.

mod charts;
mod dictionary;
mod lines;
mod list;
mod review;
mod sheet;
mod styles;
mod summary;
mod text;
mod what_if;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use slotcast_core::{Audience, ThresholdBasis};

use self::{sheet::Sheet, styles::Styles};
use crate::{
    error::PublishError,
    view::{Flag, ListView, PageView},
    words::{Catalogue, Lang},
};

/// Letters of the market's name in the title of the file: Excel takes no long ones.
const LONGEST_MARKET: usize = 120;

/// What every sheet is made from.
struct Book<'a> {
    view: &'a PageView,
    lang: Lang,
    texts: &'static Catalogue,
    styles: Styles,
}

impl<'a> Book<'a> {
    fn new(view: &'a PageView, lang: Lang) -> Self {
        let texts = Catalogue::of(lang);
        Self { view, lang, texts, styles: Styles::new(lang, view.currency.as_deref(), texts) }
    }

    fn is_internal(&self) -> bool {
        self.view.audience == Audience::Internal
    }

    /// A text of the table `book`.
    fn text(&self, key: &str) -> &'static str {
        self.texts.text(&format!("book.{key}"))
    }

    /// A text of the table `book` with its places filled.
    fn filled(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.texts.filled(&format!("book.{key}"), values)
    }

    /// How a column is called.
    fn label(&self, column: &str) -> &'static str {
        self.texts.text(&format!("column.{column}"))
    }

    fn list_name(&self, list: &ListView) -> String {
        let key = if list.is_preliminary { "sheet_preliminary" } else { "sheet_list" };
        self.filled(key, &[("slot", &list.slot.date.to_string())])
    }

    /// What the thresholds of this market count, where a single one does not say so.
    fn basis(&self) -> ThresholdBasis {
        let first = self.view.lists.iter().flat_map(|list| &list.offers).next();
        first.map_or(ThresholdBasis::Units, |offer| offer.ranked.scored.offer.threshold_basis)
    }
}

/// The workbook of a page (`.xlsx`), in one language.
///
/// # Errors
/// When a sheet would hold more than Excel can.
pub fn workbook(view: &PageView, lang: Lang) -> Result<Vec<u8>, PublishError> {
    let book = Book::new(view, lang);
    let mut file = Workbook::new();
    file.set_default_format(&book.styles.base, styles::ROW_PIXELS, styles::COLUMN_PIXELS)?;
    file.set_properties(&properties(&book)?);
    let mut names = Names::default();
    for list in &view.lists {
        let sheet = names.sheet(&mut file, &book.list_name(list))?;
        list::write(&book, list, sheet)?;
    }
    let lists = names.0.clone();
    what_if::write(&book, names.sheet(&mut file, book.text("sheet_what_if"))?)?;
    summary::write(&book, &lists, names.sheet(&mut file, book.text("sheet_summary"))?)?;
    if !view.reviews.is_empty() {
        review::write(&book, names.sheet(&mut file, book.text("sheet_review"))?)?;
    }
    dictionary::write(&book, names.sheet(&mut file, book.text("sheet_dictionary"))?)?;
    Ok(file.save_to_buffer()?)
}

/// The time of the file is the moment for which the run speaks: equal views give equal bytes.
fn properties(book: &Book<'_>) -> Result<DocProperties, XlsxError> {
    let view = book.view;
    let sheet = view.lists.first().map_or(book.text("sheet_summary").to_owned(), |list| book.list_name(list));
    let mut title = book.filled(
        "title",
        &[("market", text::beginning(&text::clean(&view.market), LONGEST_MARKET)), ("sheet", &sheet)],
    );
    if book.is_internal() {
        title = book.filled("internal_title", &[("title", &title)]);
    }
    let created = ExcelDateTime::from_timestamp(view.as_of.timestamp())
        .or_else(|_| ExcelDateTime::from_ymd(1970, 1, 1))?;
    let properties =
        DocProperties::new().set_title(title).set_subject(view.run_id.as_str()).set_author("slotcast");
    Ok(properties.set_creation_datetime(&created))
}

/// Flags in the words of the language.
fn flag_words(book: &Book<'_>, flags: &[Flag]) -> String {
    let words: Vec<&str> =
        flags.iter().map(|flag| book.texts.text(&format!("flag.{}", flag.as_str()))).collect();
    words.join(", ")
}

/// Names of sheets that are taken: Excel refuses one twice.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn sheet<'b>(&mut self, file: &'b mut Workbook, name: &str) -> Result<&'b mut Worksheet, XlsxError> {
        let free = (1..).map(|n| if n == 1 { name.to_owned() } else { format!("{name} ({n})") });
        let name = free.into_iter().find(|name| !self.0.contains(name)).unwrap_or_else(|| name.to_owned());
        let sheet = file.add_worksheet();
        sheet.set_name(&name)?;
        self.0.push(name);
        Ok(sheet)
    }
}

#[cfg(test)]
mod tests;
