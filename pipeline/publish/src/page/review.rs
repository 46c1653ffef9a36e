//! Results of a closed slot: predictions and outcomes of its offers.

use super::{
    accuracy::three_decimals, bilingual::Bilingual, charts::DemandInterval, dates::day, money::demand_text,
    slot_header::tenths,
};
use crate::{
    number_format::{grouped, percent, shortest, six_decimals},
    view::{ReviewedOffer, SlotReview},
};

/// Limit of listed misses per kind.
const MAX_MISSES: usize = 3;

/// Results of a slot, short on the page of the lists and in full on a page of its own.
#[derive(Clone, Debug)]
pub(crate) struct ReviewSection {
    pub(crate) title: Bilingual,
    pub(crate) link: Bilingual,
    /// File name of the slot's own page.
    pub(crate) file: String,
    pub(crate) run: Bilingual,
    pub(crate) sum: Bilingual,
    pub(crate) scores: Option<Bilingual>,
    pub(crate) figures: Vec<(Bilingual, Bilingual)>,
    /// Offers expected to reach their threshold that missed it.
    pub(crate) too_high: Vec<Miss>,
    /// Offers expected to miss their threshold that reached it.
    pub(crate) too_low: Vec<Miss>,
    pub(crate) rows: Vec<ReviewRow>,
}

/// Offer with an unexpected outcome.
#[derive(Clone, Debug)]
pub(crate) struct Miss {
    pub(crate) title: String,
    pub(crate) text: Bilingual,
}

/// Offer that was sold. The table is sorted by the fields ending in `_value`.
#[derive(Clone, Debug)]
pub(crate) struct ReviewRow {
    pub(crate) rank: u32,
    pub(crate) id: String,
    pub(crate) title: Bilingual,
    pub(crate) title_value: String,
    pub(crate) p_hit: String,
    pub(crate) p_hit_value: String,
    /// Length of the bar, up to 128.
    pub(crate) bar: String,
    pub(crate) interval: DemandInterval,
    pub(crate) predicted_demand: Option<(String, String)>,
    pub(crate) predicted_demand_value: String,
    pub(crate) threshold: String,
    pub(crate) threshold_value: String,
    pub(crate) demand: Option<String>,
    pub(crate) demand_value: String,
    pub(crate) is_hit: bool,
    pub(crate) gap: String,
    pub(crate) gap_value: String,
}

/// Scores of the predictions of one slot.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scores {
    expected: f64,
    hits: usize,
    brier: f64,
    log_loss: f64,
}

impl ReviewSection {
    /// The results in `review`, with the log loss of the model since its promotion.
    pub(crate) fn new(review: &SlotReview, running_loss: Option<f64>) -> Self {
        let offers = &review.offers;
        let scores = scores(offers);
        let date = day(review.slot_date);
        let [n, hits] = [offers.len(), scores.hits].map(|n| Bilingual::same(grouped(n as f64, 0)));
        let expected = Bilingual::same(tenths(scores.expected));
        let (brier, loss) = (three_decimals(scores.brier), three_decimals(scores.log_loss));
        let mut figures = vec![
            (Bilingual::text("review_offers"), n.clone()),
            (Bilingual::text("review_expected"), expected.clone()),
            (Bilingual::text("review_hits"), hits.clone()),
            (Bilingual::text("review_band"), within_interval(offers)),
            (Bilingual::text("review_brier"), brier.clone()),
            (Bilingual::text("review_loss"), loss.clone()),
        ];
        figures.extend(
            running_loss.map(|loss| (Bilingual::text("review_since_promotion"), three_decimals(loss))),
        );
        Self {
            title: Bilingual::filled("review_title", &[("date", &date)]),
            link: Bilingual::filled("review_link", &[("date", &date)]),
            file: file_name(review),
            run: Bilingual::filled("review_of", &[("run", &Bilingual::same(&review.run_id))]),
            sum: if offers.is_empty() {
                Bilingual::text("review_none")
            } else {
                Bilingual::filled("review_sum", &[("n", &n), ("expected", &expected), ("hits", &hits)])
            },
            scores: (!offers.is_empty())
                .then(|| Bilingual::filled("review_scores", &[("brier", &brier), ("loss", &loss)])),
            figures,
            too_high: misses(offers, false),
            too_low: misses(offers, true),
            rows: offers.iter().map(row).collect(),
        }
    }
}

/// File name of a review's page.
pub(crate) fn file_name(review: &SlotReview) -> String {
    format!("review-{}.html", review.slot_date)
}

fn scores(offers: &[ReviewedOffer]) -> Scores {
    let mean = |sum: f64| sum / offers.len() as f64;
    let outcome = |offer: &ReviewedOffer| if offer.hit { 1.0 } else { 0.0 };
    let p_outcome = |offer: &ReviewedOffer| if offer.hit { offer.p_hit } else { 1.0 - offer.p_hit };
    Scores {
        expected: offers.iter().map(|offer| offer.p_hit).sum(),
        hits: offers.iter().filter(|offer| offer.hit).count(),
        brier: mean(offers.iter().map(|offer| (outcome(offer) - offer.p_hit).powi(2)).sum()),
        log_loss: mean(offers.iter().map(|offer| -p_outcome(offer).ln()).sum()),
    }
}

/// Number of demands within their predicted 80 % interval.
fn within_interval(offers: &[ReviewedOffer]) -> Bilingual {
    let known = offers.iter().filter_map(|offer| Some((offer.predicted_demand()?, offer.demand?)));
    let is_inside: Vec<bool> = known.map(|([low, _, high], demand)| (low..=high).contains(&demand)).collect();
    if is_inside.is_empty() {
        return Bilingual::text("unknown");
    }
    let count = |n: usize| Bilingual::same(grouped(n as f64, 0));
    let within = is_inside.iter().filter(|is_inside| **is_inside).count();
    Bilingual::filled("review_band_value", &[("n", &count(is_inside.len())), ("inside", &count(within))])
}

/// Offers whose outcome was the less probable one, the least probable first.
fn misses(offers: &[ReviewedOffer], hit: bool) -> Vec<Miss> {
    let is_unexpected = |offer: &&ReviewedOffer| offer.hit == hit && (offer.p_hit >= 0.5) != hit;
    let mut unexpected: Vec<&ReviewedOffer> = offers.iter().filter(is_unexpected).collect();
    let surprise = |offer: &ReviewedOffer| if hit { 1.0 - offer.p_hit } else { offer.p_hit };
    unexpected.sort_by(|a, b| surprise(b).total_cmp(&surprise(a)).then(a.rank.cmp(&b.rank)));
    unexpected.truncate(MAX_MISSES);
    let miss = |offer: &ReviewedOffer| Miss {
        title: offer.title.clone().unwrap_or_else(|| offer.candidate_id.clone()),
        text: Bilingual::filled(
            if hit { "review_reached" } else { "review_missed" },
            &[
                ("p", &Bilingual::same(percent(offer.p_hit))),
                ("rank", &Bilingual::same(offer.rank.to_string())),
                ("threshold", &Bilingual::same(demand_text(offer.threshold, offer.threshold_basis))),
                ("demand", &actual(offer)),
            ],
        ),
    };
    unexpected.into_iter().map(miss).collect()
}

fn actual(offer: &ReviewedOffer) -> Bilingual {
    let counted = |demand| Bilingual::same(demand_text(demand, offer.threshold_basis));
    offer.demand.map_or_else(|| Bilingual::text("review_not_counted"), counted)
}

fn row(offer: &ReviewedOffer) -> ReviewRow {
    let text = |value: f64| demand_text(value, offer.threshold_basis);
    let title = offer.title.as_deref().map_or_else(|| Bilingual::text("untitled"), Bilingual::same);
    let predicted = offer.predicted_demand();
    let gap = if offer.hit { 1.0 - offer.p_hit } else { -offer.p_hit };
    ReviewRow {
        rank: offer.rank,
        id: offer.candidate_id.clone(),
        title,
        title_value: offer.title.clone().unwrap_or_default(),
        p_hit: percent(offer.p_hit),
        p_hit_value: six_decimals(offer.p_hit),
        bar: format!("{:.1}", 128.0 * offer.p_hit.clamp(0.0, 1.0)),
        interval: DemandInterval::new(offer.threshold, predicted, offer.demand),
        predicted_demand: predicted
            // Word joiners prevent a line break after the dash.
            .map(|[low, middle, high]| {
                (text(middle), format!("{}\u{2060}–\u{2060}{}", text(low), text(high)))
            }),
        predicted_demand_value: predicted.map_or(String::new(), |[_, middle, _]| shortest(middle)),
        threshold: text(offer.threshold),
        threshold_value: shortest(offer.threshold),
        demand: offer.demand.map(text),
        demand_value: offer.demand.map_or(String::new(), shortest),
        is_hit: offer.hit,
        gap: format!("{:+.1}", 100.0 * gap),
        gap_value: six_decimals(gap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::sample;

    fn reviewed() -> SlotReview {
        sample::page().reviews.remove(0)
    }

    #[test]
    fn scores_follow_from_the_probabilities() {
        let mut offers = reviewed().offers;
        offers.truncate(2);
        (offers[0].p_hit, offers[0].hit, offers[1].p_hit, offers[1].hit) = (0.8, true, 0.5, false);
        let scores = scores(&offers);
        assert_eq!((scores.expected, scores.hits), (1.3, 1));
        assert!((scores.brier - 0.145).abs() < 1e-12, "{scores:?}");
        assert!((scores.log_loss - (-(0.8_f64.ln()) - 0.5_f64.ln()) / 2.0).abs() < 1e-12, "{scores:?}");
    }

    #[test]
    fn the_largest_miss_comes_first() {
        let mut review = reviewed();
        for (index, offer) in review.offers.iter_mut().enumerate() {
            (offer.p_hit, offer.hit) = (0.9 - 0.1 * index as f64, index >= 5);
        }
        let section = ReviewSection::new(&review, Some(0.54));
        assert_eq!((section.too_high.len(), section.too_low.len()), (3, 3));
        assert_eq!(section.too_low[0].title, review.offers[7].title.clone().unwrap());
        let first = section.too_high[0].text.to_string();
        assert!(first.contains("Predicted 90 % (rank 1).") && first.contains("missed"), "{first}");
        assert_eq!(section.figures.len(), 7);
    }

    #[test]
    fn an_empty_slot_has_no_scores() {
        let review = SlotReview { offers: Vec::new(), ..reviewed() };
        let section = ReviewSection::new(&review, None);
        let text = format!("{section:?}");
        assert!(section.scores.is_none() && !text.contains("NaN"), "{text}");
    }
}
