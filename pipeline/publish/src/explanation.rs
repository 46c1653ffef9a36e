//! Explanation of one offer for a terminal: terms, score, contributions, what-if.

use slotcast_core::{Audience, Contribution, DemandQuantiles, Slot, ThresholdBasis};

use crate::{
    i18n::{Catalog, Lang, reason_text},
    number_format::{grouped, percent},
    page::priced,
    view::OfferView,
};

/// Contributions smaller than this are shown as one sum.
const MIN_CONTRIBUTION: f64 = 0.02;

/// Offer, its list, and a what-if.
#[derive(Clone, Debug)]
pub struct Explanation<'a> {
    /// The run.
    pub run_id: &'a str,
    /// The slot of the list.
    pub slot: Slot,
    /// Whether the slot follows the next one.
    pub is_preliminary: bool,
    /// Number of offers of the list.
    pub n_offers: usize,
    /// Intercept of the model: the logit of the average training campaign.
    pub intercept: f64,
    /// ISO 4217 code of the market's money, if it has one.
    pub currency: Option<&'a str>,
    /// The offer.
    pub offer: &'a OfferView,
    /// Prediction under other terms.
    pub what_if: Option<WhatIf>,
    /// The readers.
    pub audience: Audience,
}

/// Prediction under other terms.
#[derive(Clone, Debug, PartialEq)]
pub struct WhatIf {
    /// Requested threshold, or else the proposed one.
    pub threshold: f64,
    /// Requested price, or else the proposed one.
    pub price: Option<f64>,
    /// Requested capacity, or else the proposed one.
    pub capacity: Option<f64>,
    /// Probability that demand reaches that threshold.
    pub p_hit: f64,
    /// Expected demand.
    pub demand: Option<DemandQuantiles>,
    /// Expected sales.
    pub expected_amount: Option<f64>,
    /// Expected sales minus costs. Internal.
    pub expected_value: Option<f64>,
}

/// The explanation as lines of text.
pub fn explanation_text(explanation: &Explanation<'_>, lang: Lang) -> String {
    let writer = ExplanationWriter { explanation, lang, texts: Catalog::of(lang) };
    let mut lines = writer.head();
    for (key, part) in [
        ("explain.arithmetic", writer.arithmetic()),
        ("explain.thresholds", writer.thresholds()),
        ("explain.similar", writer.similar()),
        ("explain.what_if", writer.what_if()),
    ] {
        if !part.is_empty() {
            lines.push(String::new());
            lines.push(writer.texts.text(key).to_owned());
            lines.extend(part.into_iter().map(|line| format!("  {line}")));
        }
    }
    lines.join("\n") + "\n"
}

struct ExplanationWriter<'a> {
    explanation: &'a Explanation<'a>,
    lang: Lang,
    texts: &'static Catalog,
}

impl ExplanationWriter<'_> {
    fn filled(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.texts.filled(&format!("explain.{key}"), values)
    }

    /// Demand or a threshold with its unit.
    fn demand_text(&self, value: f64) -> String {
        match self.explanation.offer.ranked.scored.offer.threshold_basis {
            ThresholdBasis::Units => grouped(value, 0),
            ThresholdBasis::Amount => self.priced(value),
        }
    }

    fn priced(&self, value: f64) -> String {
        priced(value, self.explanation.offer.currency().or(self.explanation.currency))
            .of(&self.lang)
            .to_owned()
    }

    fn or_unknown(&self, text: Option<String>) -> String {
        text.unwrap_or_else(|| self.texts.text("explain.unknown").to_owned())
    }

    fn range(&self, demand: DemandQuantiles) -> String {
        [demand.p10, demand.p50, demand.p90].map(|value| self.demand_text(value)).join(" / ")
    }

    /// Record of the maker or the category.
    fn record(&self, of: &str) -> String {
        let cell = |column: &str| self.explanation.offer.cells.number(&format!("{of}_{column}"));
        self.or_unknown(cell("hits").zip(cell("n")).map(|(hits, n)| {
            let rate = self.or_unknown(cell("rate_shrunk").map(percent));
            let [hits, n] = [hits, n].map(|count| grouped(count, 0));
            self.filled("record", &[("hits", &hits), ("n", &n), ("rate", &rate)])
        }))
    }

    fn head(&self) -> Vec<String> {
        let (explanation, view) = (self.explanation, self.explanation.offer);
        let (ranked, scored, cells) = (&view.ranked, &view.ranked.scored, &view.cells);
        let offer = &scored.offer;
        let title = offer.title.as_deref().unwrap_or(&offer.product_id);
        let kind = if explanation.is_preliminary { "rank_preliminary" } else { "rank" };
        let mut lines = vec![
            format!("{title} ({})", offer.id),
            self.filled(
                kind,
                &[
                    ("rank", &ranked.rank.to_string()),
                    ("of", &explanation.n_offers.to_string()),
                    ("slot", &explanation.slot.date.to_string()),
                    ("run", explanation.run_id),
                ],
            ),
            self.filled(
                "probability",
                &[
                    ("p", &percent(scored.p_hit.get())),
                    ("low", &self.or_unknown(scored.p_low.map(|p| percent(p.get())))),
                    ("high", &self.or_unknown(scored.p_high.map(|p| percent(p.get())))),
                    ("model", &scored.model),
                ],
            ),
            self.filled(
                "terms",
                &[
                    ("threshold", &self.demand_text(offer.threshold)),
                    ("price", &self.or_unknown(offer.price.map(|price| self.priced(price)))),
                    ("capacity", &self.or_unknown(offer.capacity.map(|most| self.demand_text(most)))),
                ],
            ),
        ];
        let amount = self.or_unknown(scored.expected_amount().map(|amount| self.priced(amount)));
        lines.push(match scored.demand {
            Some(demand) => self.filled("demand", &[("range", &self.range(demand)), ("amount", &amount)]),
            None => self.texts.text("explain.no_demand").to_owned(),
        });
        if let Some(value) =
            scored.expected_value().filter(|_| explanation.audience.may_see("expected_value"))
        {
            lines.push(self.filled("value", &[("value", &self.priced(value))]));
        }
        let maker = offer.maker_name.as_deref().unwrap_or("–");
        lines.push(self.filled("maker", &[("name", maker), ("record", &self.record("maker"))]));
        let category = offer.category.as_deref().unwrap_or("–");
        lines.push(self.filled("category", &[("name", category), ("record", &self.record("category"))]));
        for key in ["alerts", "wishes"] {
            let count = |suffix: &str| cells.number(&format!("{key}{suffix}"));
            let counts = count("").zip(count("_7d")).zip(count("_previous_7d"));
            if let Some(((total, week), before)) = counts {
                let [total, week, before] = [total, week, before].map(|count| grouped(count, 0));
                lines.push(self.filled(key, &[("total", &total), ("week", &week), ("before", &before)]));
            }
        }
        if let Some((rank, p)) = cells.number("previous_rank").zip(cells.number("previous_p_hit")) {
            let why = cells.text(&format!("change_reason_{}", self.lang)).filter(|why| !why.is_empty());
            let why = why.unwrap_or(self.texts.text("explain.nothing_moved"));
            lines.push(
                self.filled("change", &[("rank", &grouped(rank, 0)), ("p", &percent(p)), ("why", why)]),
            );
        }
        let flags: Vec<&str> =
            view.flags().iter().map(|flag| self.texts.text(&format!("flag.{}", flag.as_str()))).collect();
        if !flags.is_empty() {
            lines.push(self.filled("flags", &[("flags", &flags.join(", "))]));
        }
        lines
    }

    /// Intercept and contributions, the largest first, and their sum.
    fn arithmetic(&self) -> Vec<String> {
        let scored = &self.explanation.offer.ranked.scored;
        let mut lines =
            vec![format!("{:+7.2}  {}", self.explanation.intercept, self.texts.text("explain.intercept"))];
        let mut contributions: Vec<&Contribution> = scored.contributions.iter().collect();
        contributions.sort_by(|a, b| {
            b.log_odds.abs().total_cmp(&a.log_odds.abs()).then_with(|| a.feature.cmp(&b.feature))
        });
        let is_shown = |one: &Contribution| {
            one.log_odds.abs() >= MIN_CONTRIBUTION && self.explanation.audience.may_see(&one.feature)
        };
        for one in contributions.iter().filter(|one| is_shown(one)) {
            lines.push(format!("{:+7.2}  {}", one.log_odds, without_log_odds(&reason_text(self.lang, one))));
        }
        if let Some(sum) = scored.hidden_log_odds(self.explanation.audience) {
            lines.push(format!("{sum:+7.2}  {}", self.texts.text("explain.internal")));
        }
        let small: Vec<f64> = contributions
            .iter()
            .filter(|one| !is_shown(one) && self.explanation.audience.may_see(&one.feature))
            .map(|one| one.log_odds)
            .collect();
        if !small.is_empty() {
            let text = self.filled("weak", &[("n", &small.len().to_string())]);
            lines.push(format!("{:+7.2}  {text}", small.iter().sum::<f64>()));
        }
        let sum =
            self.explanation.intercept + scored.contributions.iter().map(|one| one.log_odds).sum::<f64>();
        let p = percent(scored.p_hit.get());
        lines.push(format!("{sum:+7.2}  {}", self.filled("sum", &[("p", &p)])));
        lines
    }

    fn thresholds(&self) -> Vec<String> {
        let Some(curve) = self.explanation.offer.ranked.scored.curve else { return Vec::new() };
        let at = |p: f64| format!("{}: {}", percent(p), self.demand_text(curve.threshold_at(p)));
        [0.5, 0.7, 0.9].map(at).to_vec()
    }

    fn similar(&self) -> Vec<String> {
        let key = |hit: bool| if hit { "explain.hit" } else { "explain.miss" };
        let line = |one: &crate::view::SimilarCampaign| {
            self.filled(
                "past",
                &[
                    ("slot", &one.ran_in.to_string()),
                    ("title", one.title.as_deref().unwrap_or("–")),
                    ("demand", &self.or_unknown(one.demand.map(|demand| self.demand_text(demand)))),
                    ("threshold", &self.demand_text(one.threshold)),
                    ("outcome", self.texts.text(key(one.hit))),
                ],
            )
        };
        self.explanation.offer.similar.iter().map(line).collect()
    }

    fn what_if(&self) -> Vec<String> {
        let Some(other) = &self.explanation.what_if else { return Vec::new() };
        let mut lines = vec![
            self.filled(
                "terms",
                &[
                    ("threshold", &self.demand_text(other.threshold)),
                    ("price", &self.or_unknown(other.price.map(|price| self.priced(price)))),
                    ("capacity", &self.or_unknown(other.capacity.map(|most| self.demand_text(most)))),
                ],
            ),
            self.filled("what_if_probability", &[("p", &percent(other.p_hit))]),
        ];
        let amount = self.or_unknown(other.expected_amount.map(|amount| self.priced(amount)));
        if let Some(demand) = other.demand {
            lines.push(self.filled("demand", &[("range", &self.range(demand)), ("amount", &amount)]));
        }
        if let Some(value) =
            other.expected_value.filter(|_| self.explanation.audience.may_see("expected_value"))
        {
            lines.push(self.filled("value", &[("value", &self.priced(value))]));
        }
        lines.push(self.texts.text("explain.no_cause").to_owned());
        lines
    }
}

/// A reason without its log-odds, which this text puts in front.
fn without_log_odds(reason: &str) -> &str {
    reason.rsplit_once(" (").map_or(reason, |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::sample;

    fn explained(offer: &OfferView, audience: Audience, lang: Lang) -> String {
        let scored = &offer.ranked.scored;
        let contributions: f64 = scored.contributions.iter().map(|one| one.log_odds).sum();
        let p = scored.p_hit.get();
        let what_if = WhatIf {
            threshold: 450.0,
            price: scored.offer.price,
            capacity: None,
            p_hit: 0.412,
            demand: scored.demand,
            expected_amount: Some(1_234_567.0),
            expected_value: scored.expected_value(),
        };
        let page = sample::page();
        explanation_text(
            &Explanation {
                run_id: page.run_id.as_str(),
                slot: page.lists[0].slot,
                is_preliminary: false,
                n_offers: 12,
                intercept: (p / (1.0 - p)).ln() - contributions,
                currency: Some("KRW"),
                offer,
                what_if: Some(what_if),
                audience,
            },
            lang,
        )
    }

    #[test]
    fn contributions_add_up() {
        let offers = sample::offers();
        for offer in &offers {
            let text = explained(offer, Audience::Everyone, Lang::En);
            let part = text.split("\n\n").find(|part| part.contains("intercept")).unwrap();
            let numbers: Vec<f64> =
                part.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
            let (sum, parts) = numbers.split_last().unwrap();
            assert!((parts.iter().sum::<f64>() - sum).abs() < 0.005 * numbers.len() as f64 + 0.01, "{text}");
        }
    }

    #[test]
    fn languages_have_equal_figures() {
        let offer = &sample::offers()[0];
        let (ko, en) =
            (explained(offer, Audience::Everyone, Lang::Ko), explained(offer, Audience::Everyone, Lang::En));
        for figure in ["93.4 %", "41.2 %", "1,234,567", "18,900"] {
            assert!(ko.contains(figure) && en.contains(figure), "{figure}\n{ko}\n{en}");
        }
        assert_eq!(ko.lines().count(), en.lines().count());
    }

    #[test]
    fn internal_figures_are_for_internal_readers() {
        let mut offer = sample::offers().remove(0);
        offer.ranked.scored.contributions[1].feature = "attr_margin".to_owned();
        let value = grouped(offer.ranked.scored.expected_value().unwrap(), 0);
        for lang in [Lang::Ko, Lang::En] {
            let text = explained(&offer, Audience::Everyone, lang);
            assert!(!text.contains(&value) && !text.contains("margin"), "{text}");
            assert!(text.contains(Catalog::of(lang).text("explain.internal")));
            let text = explained(&offer, Audience::Internal, lang);
            assert!(text.contains(&value) && text.contains("margin"), "{text}");
        }
    }
}
