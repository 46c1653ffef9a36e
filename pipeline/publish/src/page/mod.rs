//! The pages for the people who decide: HTML files that need nothing else, on screen and on paper.
//!
//! The page of a list says what the run knew, and hands its rows to a script; the page of a slot that has closed is
//! all text. Both languages are in the page and CSS shows one of them. Everything that comes from outside is
//! escaped by the template, by [`Both`] or as JSON; the page loads nothing and says so in its content security
//! policy.

mod both;
mod check;
mod data;
mod dates;
mod history;
mod money;
mod plot;
mod rates;
mod reliability;
mod review;
mod score;
mod slot;
mod slot_scores;
mod span;

pub(crate) use self::{both::Both, dates::moment, money::priced};

use askama::Template;

use self::{
    both::Attribute,
    check::Check,
    data::Block,
    history::HistoryChart,
    rates::RateGroup,
    review::Review,
    score::{ScoreRow, Verdict},
    slot::SlotHead,
};
use crate::{
    error::PublishError,
    view::{PageView, SlotReview},
    words::Lang,
};

/// The page of the lists, with its text in both languages; `lang` is the one shown until the reader chooses.
///
/// # Errors
/// When a value cannot be written as JSON or the template refuses one.
pub fn page_html(view: &PageView, lang: Lang) -> Result<String, PublishError> {
    let running = running_loss(view);
    let page = ListPage {
        frame: Frame::new(view, lang),
        slots: view
            .lists
            .iter()
            .enumerate()
            .map(|(place, list)| SlotHead::new(place, list, view.zone, view.model_check.as_ref()))
            .collect(),
        warnings: &view.warnings,
        retracted: view
            .retracted
            .iter()
            .map(|retraction| {
                let run = Both::same(&retraction.run_id);
                Both::filled("retracted", &[("when", &moment(view.zone, retraction.at)), ("run", &run)])
            })
            .collect(),
        rows: data::rows_json(view)?,
        blocks: data::blocks(view)?,
        reviews: view.reviews.iter().map(|review| Review::new(review, running)).collect(),
        verdict: view.backtest.as_ref().map(Verdict::new),
        scores: view.backtest.as_ref().map(score::rows).unwrap_or_default(),
        check: view.model_check.as_ref().map(Check::new),
        rate_groups: rates::groups(&view.hit_rates, view.currency.as_deref()),
        history: HistoryChart::new(&view.slot_history),
    };
    Ok(page.render()?)
}

/// The page of a slot that has closed: what was said, what came of it, and how the model does since it was promoted.
///
/// # Errors
/// When the template refuses a value.
pub fn review_html(view: &PageView, review: &SlotReview, lang: Lang) -> Result<String, PublishError> {
    let page = ReviewPage {
        frame: Frame::new(view, lang),
        review: Review::new(review, running_loss(view)),
        check: view.running.as_ref().or(view.model_check.as_ref()).map(Check::new),
    };
    Ok(page.render()?)
}

/// What is the same on every page.
struct Frame<'a> {
    lang: Lang,
    market: &'a str,
    run_id: &'a str,
    as_of: Both,
    zone: &'a str,
    is_house: bool,
}

impl<'a> Frame<'a> {
    fn new(view: &'a PageView, lang: Lang) -> Self {
        Self {
            lang,
            market: &view.market,
            run_id: view.run_id.as_str(),
            as_of: moment(view.zone, view.as_of),
            zone: view.zone.name(),
            is_house: view.audience.may_see("expected_value"),
        }
    }
}

#[derive(Template)]
#[template(path = "list_page.html")]
struct ListPage<'a> {
    frame: Frame<'a>,
    slots: Vec<SlotHead>,
    warnings: &'a [String],
    retracted: Vec<Both>,
    rows: String,
    blocks: Vec<Block>,
    reviews: Vec<Review>,
    verdict: Option<Verdict>,
    scores: Vec<ScoreRow>,
    check: Option<Check>,
    rate_groups: Vec<RateGroup>,
    history: Option<HistoryChart>,
}

#[derive(Template)]
#[template(path = "review_page.html")]
struct ReviewPage<'a> {
    frame: Frame<'a>,
    review: Review,
    check: Option<Check>,
}

/// For the templates: a text of the catalogues in both languages.
fn say(key: &str) -> Both {
    Both::say(key)
}

/// For the templates: a text of the catalogues in one language, where markup has no room for two.
fn said(key: &str, lang: &Lang) -> String {
    Both::say(key).of(lang).to_owned()
}

/// The name of an element for those who do not see it.
fn label(key: &str, lang: &Lang) -> Attribute {
    Attribute { name: "aria-label", kept: "data-label", text: Both::say(key), lang: *lang }
}

/// What stands in an empty field.
fn placeholder(key: &str, lang: &Lang) -> Attribute {
    Attribute { name: "placeholder", kept: "data-placeholder", text: Both::say(key), lang: *lang }
}

/// The log loss of the model since it was promoted.
fn running_loss(view: &PageView) -> Option<f64> {
    view.running.as_ref().map(|check| check.log_loss).filter(|loss| loss.is_finite())
}

#[cfg(test)]
mod stress;
#[cfg(test)]
mod tests;
