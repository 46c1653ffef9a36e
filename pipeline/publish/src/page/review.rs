//! A slot that has closed: what was said of its offers against what became of them.

use super::{both::Both, check::three, dates::day, money::demanded, slot::tenths, span::DemandSpan};
use crate::{
    figures::{grouped, percent, plain, six},
    view::{ReviewedOffer, SlotReview},
};

/// So many misses of each kind are told in words.
const MOST_TOLD: usize = 3;

/// A review as it is shown, short on the page of the list and long on its own.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub(crate) title: Both,
    pub(crate) link: Both,
    /// The page of its own, beside the page of the list.
    pub(crate) file: String,
    pub(crate) run: Both,
    pub(crate) sum: Both,
    pub(crate) scores: Option<Both>,
    pub(crate) figures: Vec<(Both, Both)>,
    /// Thought likely, and missed.
    pub(crate) too_high: Vec<Told>,
    /// Thought unlikely, and reached.
    pub(crate) too_low: Vec<Told>,
    pub(crate) rows: Vec<ReviewRow>,
}

/// A miss in words.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) title: String,
    pub(crate) said: Both,
}

/// An offer that ran. Fields ending in `_value` are what the table is sorted by.
#[derive(Clone, Debug)]
pub(crate) struct ReviewRow {
    pub(crate) rank: u32,
    pub(crate) id: String,
    pub(crate) title: Both,
    pub(crate) title_value: String,
    pub(crate) p_hit: String,
    pub(crate) p_hit_value: String,
    /// Length of the bar, of 128.
    pub(crate) bar: String,
    pub(crate) span: DemandSpan,
    pub(crate) demand_said: Option<(String, String)>,
    pub(crate) demand_said_value: String,
    pub(crate) threshold: String,
    pub(crate) threshold_value: String,
    pub(crate) demand: Option<String>,
    pub(crate) demand_value: String,
    pub(crate) is_hit: bool,
    pub(crate) gap: String,
    pub(crate) gap_value: String,
}

/// Scores of the chances of one slot.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scores {
    expected: f64,
    hits: usize,
    brier: f64,
    log_loss: f64,
}

impl Review {
    /// What came of the list that `review` remembers.
    pub(crate) fn new(review: &SlotReview, running: Option<f64>) -> Self {
        let offers = &review.offers;
        let scores = scores(offers);
        let date = day(review.slot_date);
        let [n, hits] = [offers.len(), scores.hits].map(|n| Both::same(grouped(n as f64, 0)));
        let expected = Both::same(tenths(scores.expected));
        let (brier, loss) = (three(scores.brier), three(scores.log_loss));
        let mut figures = vec![
            (Both::say("review_offers"), n.clone()),
            (Both::say("review_expected"), expected.clone()),
            (Both::say("review_hits"), hits.clone()),
            (Both::say("review_band"), inside(offers)),
            (Both::say("review_brier"), brier.clone()),
            (Both::say("review_loss"), loss.clone()),
        ];
        figures.extend(running.map(|running| (Both::say("review_running"), three(running))));
        Self {
            title: Both::filled("review_title", &[("date", &date)]),
            link: Both::filled("review_link", &[("date", &date)]),
            file: file_name(review),
            run: Both::filled("review_of", &[("run", &Both::same(&review.run_id))]),
            sum: if offers.is_empty() {
                Both::say("review_none")
            } else {
                Both::filled("review_sum", &[("n", &n), ("expected", &expected), ("hits", &hits)])
            },
            scores: (!offers.is_empty())
                .then(|| Both::filled("review_scores", &[("brier", &brier), ("loss", &loss)])),
            figures,
            too_high: told(offers, false),
            too_low: told(offers, true),
            rows: offers.iter().map(row).collect(),
        }
    }
}

/// The name of a review's page.
pub(crate) fn file_name(review: &SlotReview) -> String {
    format!("review-{}.html", review.slot_date)
}

fn scores(offers: &[ReviewedOffer]) -> Scores {
    let mean = |sum: f64| sum / offers.len() as f64;
    let outcome = |offer: &ReviewedOffer| if offer.hit { 1.0 } else { 0.0 };
    let came = |offer: &ReviewedOffer| if offer.hit { offer.p_hit } else { 1.0 - offer.p_hit };
    Scores {
        expected: offers.iter().map(|offer| offer.p_hit).sum(),
        hits: offers.iter().filter(|offer| offer.hit).count(),
        brier: mean(offers.iter().map(|offer| (outcome(offer) - offer.p_hit).powi(2)).sum()),
        log_loss: mean(offers.iter().map(|offer| -came(offer).ln()).sum()),
    }
}

/// How many demands were within the interval that was said; eight in ten should be.
fn inside(offers: &[ReviewedOffer]) -> Both {
    let known = offers.iter().filter_map(|offer| Some((offer.demand_said?, offer.demand?)));
    let is_inside: Vec<bool> = known.map(|([low, _, high], demand)| (low..=high).contains(&demand)).collect();
    if is_inside.is_empty() {
        return Both::say("unknown");
    }
    let count = |n: usize| Both::same(grouped(n as f64, 0));
    let within = is_inside.iter().filter(|is_inside| **is_inside).count();
    Both::filled("review_band_value", &[("n", &count(is_inside.len())), ("inside", &count(within))])
}

/// The offers whose outcome was the less expected one, the greatest surprise first.
fn told(offers: &[ReviewedOffer], hit: bool) -> Vec<Told> {
    let is_surprise = |offer: &&ReviewedOffer| offer.hit == hit && (offer.p_hit >= 0.5) != hit;
    let mut surprises: Vec<&ReviewedOffer> = offers.iter().filter(is_surprise).collect();
    let surprise = |offer: &ReviewedOffer| if hit { 1.0 - offer.p_hit } else { offer.p_hit };
    surprises.sort_by(|a, b| surprise(b).total_cmp(&surprise(a)).then(a.rank.cmp(&b.rank)));
    surprises.truncate(MOST_TOLD);
    let tell = |offer: &ReviewedOffer| Told {
        title: offer.title.clone().unwrap_or_else(|| offer.id.clone()),
        said: Both::filled(
            if hit { "review_said_reached" } else { "review_said_missed" },
            &[
                ("p", &Both::same(percent(offer.p_hit))),
                ("rank", &Both::same(offer.rank.to_string())),
                ("threshold", &Both::same(demanded(offer.threshold, offer.threshold_basis))),
                ("demand", &actual(offer)),
            ],
        ),
    };
    surprises.into_iter().map(tell).collect()
}

fn actual(offer: &ReviewedOffer) -> Both {
    let counted = |demand| Both::same(demanded(demand, offer.threshold_basis));
    offer.demand.map_or_else(|| Both::say("review_not_counted"), counted)
}

fn row(offer: &ReviewedOffer) -> ReviewRow {
    let text = |value: f64| demanded(value, offer.threshold_basis);
    let title = offer.title.as_deref().map_or_else(|| Both::say("untitled"), Both::same);
    let gap = if offer.hit { 1.0 - offer.p_hit } else { -offer.p_hit };
    ReviewRow {
        rank: offer.rank,
        id: offer.id.clone(),
        title,
        title_value: offer.title.clone().unwrap_or_default(),
        p_hit: percent(offer.p_hit),
        p_hit_value: six(offer.p_hit),
        bar: format!("{:.1}", 128.0 * offer.p_hit.clamp(0.0, 1.0)),
        span: DemandSpan::new(offer.threshold, offer.demand_said, offer.demand),
        demand_said: offer
            .demand_said
            // Word joiners, or the range breaks after its dash.
            .map(|[low, middle, high]| {
                (text(middle), format!("{}\u{2060}–\u{2060}{}", text(low), text(high)))
            }),
        demand_said_value: offer.demand_said.map_or(String::new(), |[_, middle, _]| plain(middle)),
        threshold: text(offer.threshold),
        threshold_value: plain(offer.threshold),
        demand: offer.demand.map(text),
        demand_value: offer.demand.map_or(String::new(), plain),
        is_hit: offer.hit,
        gap: format!("{:+.1}", 100.0 * gap),
        gap_value: six(gap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn reviewed() -> SlotReview {
        sample::page().reviews.remove(0)
    }

    #[test]
    fn scores_are_those_of_the_chances() {
        let mut offers = reviewed().offers;
        offers.truncate(2);
        (offers[0].p_hit, offers[0].hit, offers[1].p_hit, offers[1].hit) = (0.8, true, 0.5, false);
        let scores = scores(&offers);
        assert_eq!((scores.expected, scores.hits), (1.3, 1));
        assert!((scores.brier - 0.145).abs() < 1e-12, "{scores:?}");
        assert!((scores.log_loss - (-(0.8_f64.ln()) - 0.5_f64.ln()) / 2.0).abs() < 1e-12, "{scores:?}");
    }

    #[test]
    fn the_greatest_surprise_is_told_first() {
        let mut review = reviewed();
        for (place, offer) in review.offers.iter_mut().enumerate() {
            (offer.p_hit, offer.hit) = (0.9 - 0.1 * place as f64, place >= 5);
        }
        let told = Review::new(&review, Some(0.54));
        assert_eq!((told.too_high.len(), told.too_low.len()), (3, 3));
        assert_eq!(told.too_low[0].title, review.offers[7].title.clone().unwrap());
        let first = told.too_high[0].said.to_string();
        assert!(first.contains("Said 90 % (rank 1).") && first.contains("missed"), "{first}");
        assert_eq!(told.figures.len(), 7);
    }

    #[test]
    fn nothing_came_of_an_empty_slot() {
        let review = SlotReview { offers: Vec::new(), ..reviewed() };
        let told = Review::new(&review, None);
        let text = format!("{told:?}");
        assert!(told.scores.is_none() && !text.contains("NaN"), "{text}");
    }
}
