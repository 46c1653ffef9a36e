//! The page for the people who decide: one HTML file that needs no other, on screen and on paper.
//!
//! Both languages are in the page and CSS shows one of them. Everything that
//! comes from outside is escaped by the template or by [`Both`]; the page loads
//! nothing and says so in its content security policy.

mod both;
mod chance;
mod check;
mod history;
mod plot;
mod rates;
mod reliability;
mod row;
mod score;
mod section;
mod slot_scores;

use askama::Template;

use self::{
    both::Both,
    check::Check,
    history::HistoryChart,
    rates::RateGroup,
    score::{ScoreRow, Verdict},
    section::Section,
};
use crate::{
    error::PublishError,
    view::{PageView, local_text},
    words::Lang,
};

/// A page with its text in both languages; `lang` is the one shown first, and the only one without JavaScript or CSS choice.
///
/// # Errors
/// When the template refuses a value.
pub fn page_html(view: &PageView, lang: Lang) -> Result<String, PublishError> {
    let currency = view.currency.as_deref();
    let page = Page {
        lang,
        run_id: view.run_id.as_str(),
        as_of: local_text(view.zone, view.as_of),
        zone: view.zone.name(),
        market: &view.market,
        warnings: &view.warnings,
        sections: view
            .lists
            .iter()
            .enumerate()
            .map(|(place, list)| Section::new(place, list, view.zone, currency))
            .collect(),
        verdict: view.backtest.as_ref().map(Verdict::new),
        scores: view.backtest.as_ref().map(score::rows).unwrap_or_default(),
        check: view.model_check.as_ref().map(Check::new),
        rate_groups: rates::groups(&view.hit_rates, currency),
        history: HistoryChart::new(&view.slot_history),
    };
    Ok(page.render()?)
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    lang: Lang,
    run_id: &'a str,
    as_of: String,
    zone: &'a str,
    market: &'a str,
    warnings: &'a [String],
    sections: Vec<Section>,
    verdict: Option<Verdict>,
    scores: Vec<ScoreRow>,
    check: Option<Check>,
    rate_groups: Vec<RateGroup>,
    history: Option<HistoryChart>,
}

impl Page<'_> {
    fn is(&self, lang: &str) -> bool {
        self.lang.to_string() == lang
    }
}

/// For the template, which writes most sentences itself.
fn both(ko: &str, en: &str) -> Both {
    Both::new(ko, en)
}

#[cfg(test)]
mod tests;
