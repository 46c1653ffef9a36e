//! Why one offer stands where it stands, as a text for a terminal: the page's story with its arithmetic.

use slotcast_core::{Audience, Contribution, DemandQuantiles, Slot, ThresholdBasis};

use crate::{
    figures::{grouped, percent},
    page::priced,
    view::{OfferView, Record},
    words::{Catalogue, Lang, reason_text},
};

/// Pushes weaker than this are told as one sum.
const WEAKEST_PUSH: f64 = 0.02;

/// An offer, its list and what is asked of it.
#[derive(Clone, Debug)]
pub struct Explanation<'a> {
    /// The run that speaks.
    pub run_id: &'a str,
    /// The slot of the list.
    pub slot: Slot,
    /// Whether the slot comes after the next one.
    pub is_preliminary: bool,
    /// How many offers the list has.
    pub listed: usize,
    /// The logit of the average campaign that the model learned from: pushes start there.
    pub start: f64,
    /// ISO 4217 code of the market's money, if it has one.
    pub currency: Option<&'a str>,
    /// The offer.
    pub offer: &'a OfferView,
    /// What would be under other terms.
    pub what_if: Option<WhatIf>,
    /// Who reads it.
    pub audience: Audience,
}

/// Other terms, and what the model says of them.
#[derive(Clone, Debug, PartialEq)]
pub struct WhatIf {
    /// The threshold asked for, or else the proposed one.
    pub threshold: f64,
    /// The price asked for, or else the proposed one.
    pub price: Option<f64>,
    /// The capacity asked for, or else the proposed one.
    pub capacity: Option<f64>,
    /// The chance to reach that threshold.
    pub p_hit: f64,
    /// The demand to expect.
    pub demand: Option<DemandQuantiles>,
    /// Money to expect.
    pub expected_amount: Option<f64>,
    /// What is left of it. Internal.
    pub expected_value: Option<f64>,
}

/// The explanation as lines of text.
pub fn explanation_text(told: &Explanation<'_>, lang: Lang) -> String {
    let teller = Teller { told, lang, words: Catalogue::of(lang) };
    let mut lines = teller.head();
    for (key, part) in [
        ("explain.arithmetic", teller.arithmetic()),
        ("explain.thresholds", teller.thresholds()),
        ("explain.similar", teller.similar()),
        ("explain.what_if", teller.what_if()),
    ] {
        if !part.is_empty() {
            lines.push(String::new());
            lines.push(teller.words.text(key).to_owned());
            lines.extend(part.into_iter().map(|line| format!("  {line}")));
        }
    }
    lines.join("\n") + "\n"
}

struct Teller<'a> {
    told: &'a Explanation<'a>,
    lang: Lang,
    words: &'static Catalogue,
}

impl Teller<'_> {
    fn filled(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.words.filled(&format!("explain.{key}"), values)
    }

    /// A demand or a threshold.
    fn counted(&self, value: f64) -> String {
        match self.told.offer.ranked.scored.offer.threshold_basis {
            ThresholdBasis::Units => grouped(value, 0),
            ThresholdBasis::Amount => self.priced(value),
        }
    }

    fn priced(&self, value: f64) -> String {
        priced(value, self.told.currency).of(&self.lang).to_owned()
    }

    fn or_unknown(&self, text: Option<String>) -> String {
        text.unwrap_or_else(|| self.words.text("explain.unknown").to_owned())
    }

    fn range(&self, demand: DemandQuantiles) -> String {
        [demand.p10, demand.p50, demand.p90].map(|value| self.counted(value)).join(" / ")
    }

    fn record(&self, record: Option<Record>) -> String {
        self.or_unknown(record.map(|record| {
            let shrunk = self.or_unknown(record.rate_shrunk.map(percent));
            let [hits, n] = [record.hits, record.n].map(|count| grouped(count, 0));
            self.filled("record", &[("hits", &hits), ("n", &n), ("rate", &shrunk)])
        }))
    }

    fn head(&self) -> Vec<String> {
        let (told, view) = (self.told, self.told.offer);
        let (ranked, scored, sheet) = (&view.ranked, &view.ranked.scored, &view.sheet);
        let offer = &scored.offer;
        let title = offer.title.as_deref().unwrap_or(&offer.product_id);
        let kind = if told.is_preliminary { "place_preliminary" } else { "place" };
        let mut lines = vec![
            format!("{title} ({})", offer.id),
            self.filled(
                kind,
                &[
                    ("rank", &ranked.rank.to_string()),
                    ("of", &told.listed.to_string()),
                    ("slot", &told.slot.date.to_string()),
                    ("run", told.run_id),
                ],
            ),
            self.filled(
                "chance",
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
                    ("threshold", &self.counted(offer.threshold)),
                    ("price", &self.or_unknown(offer.price.map(|price| self.priced(price)))),
                    ("capacity", &self.or_unknown(offer.capacity.map(|most| self.counted(most)))),
                ],
            ),
        ];
        let amount = self.or_unknown(scored.expected_amount().map(|amount| self.priced(amount)));
        lines.push(match scored.demand {
            Some(demand) => self.filled("demand", &[("range", &self.range(demand)), ("amount", &amount)]),
            None => self.words.text("explain.no_demand").to_owned(),
        });
        if let Some(value) = scored.expected_value().filter(|_| told.audience.may_see("expected_value")) {
            lines.push(self.filled("value", &[("value", &self.priced(value))]));
        }
        let maker = offer.maker_name.as_deref().unwrap_or("–");
        lines.push(self.filled("maker", &[("name", maker), ("record", &self.record(sheet.maker))]));
        let category = offer.category.as_deref().unwrap_or("–");
        lines.push(self.filled("category", &[("name", category), ("record", &self.record(sheet.category))]));
        for (key, counted) in [("alerts", sheet.alerts), ("wishes", sheet.wishes)] {
            if let Some(counted) = counted {
                let [total, week, before] = [counted.total, counted.last_week, counted.week_before]
                    .map(|count| grouped(count as f64, 0));
                lines.push(self.filled(key, &[("total", &total), ("week", &week), ("before", &before)]));
            }
        }
        if let Some(change) = &view.change {
            let why = match self.lang {
                Lang::Ko => &change.change_reason_ko,
                Lang::En => &change.change_reason_en,
            };
            let why = if why.is_empty() { self.words.text("explain.nothing_moved") } else { why };
            lines.push(self.filled(
                "change",
                &[
                    ("rank", &change.previous_rank.to_string()),
                    ("p", &percent(change.previous_p_hit)),
                    ("why", why),
                ],
            ));
        }
        let flags: Vec<&str> =
            sheet.flags.iter().map(|flag| self.words.text(&format!("flag.{}", flag.as_str()))).collect();
        if !flags.is_empty() {
            lines.push(self.filled("flags", &[("flags", &flags.join(", "))]));
        }
        lines
    }

    /// Start and pushes, the strongest first, and what they add up to.
    fn arithmetic(&self) -> Vec<String> {
        let scored = &self.told.offer.ranked.scored;
        let mut lines = vec![format!("{:+7.2}  {}", self.told.start, self.words.text("explain.start"))];
        let mut pushes: Vec<&Contribution> = scored.contributions.iter().collect();
        pushes.sort_by(|a, b| {
            b.log_odds.abs().total_cmp(&a.log_odds.abs()).then_with(|| a.feature.cmp(&b.feature))
        });
        let is_told = |one: &Contribution| {
            one.log_odds.abs() >= WEAKEST_PUSH && self.told.audience.may_see(&one.feature)
        };
        for one in pushes.iter().filter(|one| is_told(one)) {
            lines.push(format!("{:+7.2}  {}", one.log_odds, without_push(&reason_text(self.lang, one))));
        }
        if let Some(sum) = scored.hidden_log_odds(self.told.audience) {
            lines.push(format!("{sum:+7.2}  {}", self.words.text("explain.internal")));
        }
        let weak: Vec<f64> = pushes
            .iter()
            .filter(|one| !is_told(one) && self.told.audience.may_see(&one.feature))
            .map(|one| one.log_odds)
            .collect();
        if !weak.is_empty() {
            let text = self.filled("weak", &[("n", &weak.len().to_string())]);
            lines.push(format!("{:+7.2}  {text}", weak.iter().sum::<f64>()));
        }
        let sum = self.told.start + scored.contributions.iter().map(|one| one.log_odds).sum::<f64>();
        let p = percent(scored.p_hit.get());
        lines.push(format!("{sum:+7.2}  {}", self.filled("sum", &[("p", &p)])));
        lines
    }

    fn thresholds(&self) -> Vec<String> {
        let Some(curve) = self.told.offer.ranked.scored.curve else { return Vec::new() };
        let at = |p: f64| format!("{}: {}", percent(p), self.counted(curve.threshold_at(p)));
        [0.5, 0.7, 0.9].map(at).to_vec()
    }

    fn similar(&self) -> Vec<String> {
        let words = |hit: bool| if hit { "explain.hit" } else { "explain.miss" };
        let line = |one: &crate::view::SimilarCampaign| {
            self.filled(
                "past",
                &[
                    ("slot", &one.ran_in.to_string()),
                    ("title", one.title.as_deref().unwrap_or("–")),
                    ("demand", &self.or_unknown(one.demand.map(|demand| self.counted(demand)))),
                    ("threshold", &self.counted(one.threshold)),
                    ("outcome", self.words.text(words(one.hit))),
                ],
            )
        };
        self.told.offer.similar.iter().map(line).collect()
    }

    fn what_if(&self) -> Vec<String> {
        let Some(other) = &self.told.what_if else { return Vec::new() };
        let mut lines = vec![
            self.filled(
                "terms",
                &[
                    ("threshold", &self.counted(other.threshold)),
                    ("price", &self.or_unknown(other.price.map(|price| self.priced(price)))),
                    ("capacity", &self.or_unknown(other.capacity.map(|most| self.counted(most)))),
                ],
            ),
            self.filled("what_if_chance", &[("p", &percent(other.p_hit))]),
        ];
        let amount = self.or_unknown(other.expected_amount.map(|amount| self.priced(amount)));
        if let Some(demand) = other.demand {
            lines.push(self.filled("demand", &[("range", &self.range(demand)), ("amount", &amount)]));
        }
        if let Some(value) = other.expected_value.filter(|_| self.told.audience.may_see("expected_value")) {
            lines.push(self.filled("value", &[("value", &self.priced(value))]));
        }
        lines.push(self.words.text("explain.no_cause").to_owned());
        lines
    }
}

/// A reason without the push at its end, which stands in front here.
fn without_push(reason: &str) -> &str {
    reason.rsplit_once(" (").map_or(reason, |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn told(offer: &OfferView, audience: Audience, lang: Lang) -> String {
        let scored = &offer.ranked.scored;
        let pushes: f64 = scored.contributions.iter().map(|one| one.log_odds).sum();
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
                listed: 12,
                start: (p / (1.0 - p)).ln() - pushes,
                currency: Some("KRW"),
                offer,
                what_if: Some(what_if),
                audience,
            },
            lang,
        )
    }

    #[test]
    fn the_arithmetic_adds_up() {
        let offers = sample::offers();
        for offer in &offers {
            let text = told(offer, Audience::Everyone, Lang::En);
            let part = text.split("\n\n").find(|part| part.contains("starting point")).unwrap();
            let numbers: Vec<f64> =
                part.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
            let (sum, parts) = numbers.split_last().unwrap();
            assert!((parts.iter().sum::<f64>() - sum).abs() < 0.005 * numbers.len() as f64 + 0.01, "{text}");
        }
    }

    #[test]
    fn both_languages_tell_the_same_figures() {
        let offer = &sample::offers()[0];
        let (ko, en) = (told(offer, Audience::Everyone, Lang::Ko), told(offer, Audience::Everyone, Lang::En));
        for figure in ["93.4 %", "41.2 %", "1,234,567", "18,900"] {
            assert!(ko.contains(figure) && en.contains(figure), "{figure}\n{ko}\n{en}");
        }
        assert_eq!(ko.lines().count(), en.lines().count());
    }

    #[test]
    fn what_the_house_keeps_is_told_to_the_house_only() {
        let mut offer = sample::offers().remove(0);
        offer.ranked.scored.contributions[1].feature = "attr_margin".to_owned();
        let value = grouped(offer.ranked.scored.expected_value().unwrap(), 0);
        for lang in [Lang::Ko, Lang::En] {
            let text = told(&offer, Audience::Everyone, lang);
            assert!(!text.contains(&value) && !text.contains("margin"), "{text}");
            assert!(text.contains(Catalogue::of(lang).text("explain.internal")));
            let text = told(&offer, Audience::Internal, lang);
            assert!(text.contains(&value) && text.contains("margin"), "{text}");
        }
    }
}
