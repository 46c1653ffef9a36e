//! Self-contained HTML pages, for screen and paper: the page of the lists, and one per closed slot.
//!
//! A page contains both languages; CSS shows one of them. The page of the lists gives its rows to a script.
//! Every text from outside is escaped: by the template, by [`Bilingual`], or as JSON. A page loads nothing,
//! which its content security policy enforces.

mod bilingual;
mod dates;
mod money;

mod charts;

mod accuracy;
mod backtest;
mod hit_rates;
mod retraction;
mod review;
mod slot_header;

mod data;

#[cfg(test)]
pub(crate) use self::data::rows_json;
pub(crate) use self::money::priced;

pub use self::retraction::with_retraction_notice;

use askama::Template;

use self::{
    accuracy::AccuracySection,
    backtest::BacktestSection,
    bilingual::{Bilingual, BilingualAttribute},
    charts::HistoryChart,
    data::PackedBlock,
    dates::timestamp,
    hit_rates::HitRateGroup,
    review::ReviewSection,
    slot_header::SlotHeader,
};
use crate::{
    error::PublishError,
    export::{ExportFile, Exporter},
    i18n::Lang,
    view::{PageView, SlotReview},
};

/// Exporter of `index.html`, the page of the lists.
pub(crate) struct PageExporter;

impl Exporter for PageExporter {
    fn files(&self, view: &PageView, lang: Lang) -> Result<Vec<ExportFile>, PublishError> {
        Ok(vec![ExportFile::new(view, "index", "html", page_html(view, lang)?)])
    }
}

/// Exporter of one page per closed slot.
pub(crate) struct ReviewExporter;

impl Exporter for ReviewExporter {
    fn files(&self, view: &PageView, lang: Lang) -> Result<Vec<ExportFile>, PublishError> {
        let pages = view.reviews.iter().map(|review| {
            let page = review_html(view, review, lang)?;
            Ok(ExportFile { name: review::file_name(review), bytes: page.into_bytes() })
        });
        pages.collect()
    }
}

/// The page of the lists in both languages; `lang` is shown first.
pub(crate) fn page_html(view: &PageView, lang: Lang) -> Result<String, PublishError> {
    let running_loss = loss_since_promotion(view);
    let page = ListPage {
        frame: Frame::new(view, lang),
        slots: view
            .lists
            .iter()
            .enumerate()
            .map(|(index, list)| SlotHeader::new(index, list, view.zone, view.model_check.as_ref()))
            .collect(),
        warnings: &view.warnings,
        retracted: view.retracted.iter().map(|one| retraction::notice(one, view.zone)).collect(),
        rows: data::rows_json(view)?,
        blocks: data::blocks(view)?,
        reviews: view.reviews.iter().map(|review| ReviewSection::new(review, running_loss)).collect(),
        backtest: view.backtest.as_ref().map(BacktestSection::new),
        accuracy: view.model_check.as_ref().map(AccuracySection::new),
        hit_rates: hit_rates::groups(&view.hit_rates, view.currency.as_deref()),
        history: HistoryChart::new(&view.slot_history),
    };
    Ok(page.render()?)
}

/// The page of a closed slot: predictions, outcomes, and the model's accuracy since its promotion.
pub(crate) fn review_html(view: &PageView, review: &SlotReview, lang: Lang) -> Result<String, PublishError> {
    let accuracy = view.since_promotion.as_ref().or(view.model_check.as_ref());
    let page = ReviewPage {
        frame: Frame::new(view, lang),
        review: ReviewSection::new(review, loss_since_promotion(view)),
        accuracy: accuracy.map(AccuracySection::new),
    };
    Ok(page.render()?)
}

/// Content of every page.
struct Frame<'a> {
    lang: Lang,
    market: &'a str,
    run_id: &'a str,
    as_of: Bilingual,
    zone: &'a str,
    is_internal: bool,
}

impl<'a> Frame<'a> {
    fn new(view: &'a PageView, lang: Lang) -> Self {
        Self {
            lang,
            market: &view.market,
            run_id: view.run_id.as_str(),
            as_of: timestamp(view.zone, view.as_of),
            zone: view.zone.name(),
            is_internal: view.audience.may_see("expected_value"),
        }
    }
}

#[derive(Template)]
#[template(path = "list_page.html")]
struct ListPage<'a> {
    frame: Frame<'a>,
    slots: Vec<SlotHeader>,
    warnings: &'a [String],
    retracted: Vec<Bilingual>,
    rows: String,
    blocks: Vec<PackedBlock>,
    reviews: Vec<ReviewSection>,
    backtest: Option<BacktestSection>,
    accuracy: Option<AccuracySection>,
    hit_rates: Vec<HitRateGroup>,
    history: Option<HistoryChart>,
}

#[derive(Template)]
#[template(path = "review_page.html")]
struct ReviewPage<'a> {
    frame: Frame<'a>,
    review: ReviewSection,
    accuracy: Option<AccuracySection>,
}

/// A text in both languages, for templates.
fn text(key: &str) -> Bilingual {
    Bilingual::text(key)
}

/// Label of a column in both languages, for templates.
fn column(name: &str) -> Bilingual {
    Bilingual::column(name)
}

/// A text in one language, for markup that cannot contain both.
fn text_in(key: &str, lang: &Lang) -> String {
    Bilingual::text(key).of(lang).to_owned()
}

/// Accessible name of an element.
fn label(key: &str, lang: &Lang) -> BilingualAttribute {
    BilingualAttribute {
        name: "aria-label",
        data_name: "data-label",
        text: Bilingual::text(key),
        lang: *lang,
    }
}

/// Placeholder of an empty field.
fn placeholder(key: &str, lang: &Lang) -> BilingualAttribute {
    let text = Bilingual::text(key);
    BilingualAttribute { name: "placeholder", data_name: "data-placeholder", text, lang: *lang }
}

/// Log loss of the model since its promotion.
fn loss_since_promotion(view: &PageView) -> Option<f64> {
    view.since_promotion.as_ref().map(|check| check.log_loss).filter(|loss| loss.is_finite())
}

#[cfg(test)]
mod tests;
