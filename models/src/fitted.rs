//! What is fitted together on one set of rows: how columns are prepared, which words count, who was chosen,
//! and the members: the logistic regression of hits and the interval regression of demand.

use ndarray::Array2;
use serde::{Deserialize, Serialize};
use slotcast_core::NaiveDate;
use slotcast_features::{FeatureTable, OfferKey, Outcome};

use crate::{
    demand::{self, CensoredDemand, LOGIT_PER_DEVIATION},
    error::ModelError,
    exact,
    levels::LevelRow,
    logistic,
    normal::inverse_mills_ratio,
    params::ModelParams,
    prepare::Preparer,
    regression::{Extra, Frame, Regression, Ridge, drift, rows_of},
    selection::Selection,
    words::{Sparse, Words},
};

/// Name of the regression of hits.
pub const LOGISTIC: &str = "logistic";
/// Name of the regression of demand.
pub const DEMAND: &str = "demand";

/// Farther than so many deviations nothing is told apart.
const FARTHEST: f64 = 30.0;

/// What the choice tells of an offer's demand, beside its columns.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Chosen {
    /// Spread of an offer of which nothing more is known over that of a chosen one.
    #[serde(with = "exact::number")]
    pub(crate) ratio: f64,
    /// Push of the inverse Mills ratio on the logit of a chosen offer.
    #[serde(with = "exact::number")]
    pub(crate) push: f64,
}

/// From a regression's line to a logit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Link {
    /// The line is a logit.
    Logit,
    /// The line is [`LOGIT_PER_DEVIATION`] times a normal deviation.
    Probit,
}

impl Link {
    /// ln(p / (1 - p)) of what a line says.
    pub(crate) fn logit(self, line: f64) -> f64 {
        match self {
            Self::Logit => line,
            Self::Probit => {
                let (above, under) = Self::mills(line);
                (above / under).ln()
            }
        }
    }

    /// How fast the logit rises with the line.
    pub(crate) fn slope(self, line: f64) -> f64 {
        match self {
            Self::Logit => 1.0,
            Self::Probit => {
                let (above, under) = Self::mills(line);
                (above + under) / LOGIT_PER_DEVIATION
            }
        }
    }

    /// What a push on the line is worth on the logit, on the way from one line to another.
    pub(crate) fn secant(self, from: f64, to: f64) -> f64 {
        if (to - from).abs() < 1e-9 {
            self.slope(from)
        } else {
            (self.logit(to) - self.logit(from)) / (to - from)
        }
    }

    /// Density over the chance of more, and over the chance of less.
    fn mills(line: f64) -> (f64, f64) {
        let z = (line / LOGIT_PER_DEVIATION).clamp(-FARTHEST, FARTHEST);
        (inverse_mills_ratio(z), inverse_mills_ratio(-z))
    }
}

/// A regression and what it calls itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) regression: Regression,
    pub(crate) link: Link,
    pub(crate) chosen: Option<Chosen>,
    /// Spread of ln(demand / threshold) around the line. Known right after the fit, and of demand only.
    #[serde(skip)]
    sigma: Option<f64>,
}

impl Member {
    /// The logit of the average training row.
    pub(crate) fn start(&self) -> f64 {
        self.link.logit(self.regression.intercept)
    }

    /// A row whose outcome tells where the level stands.
    pub(crate) fn level_row(&self, key: &OfferKey, line: f64, outcome: &Outcome) -> LevelRow {
        let (slot, at) = (key.offer.slot_date, outcome.trainable_at);
        match self.sigma {
            None => LevelRow::of_hit(slot, at, line, outcome.hit),
            Some(sigma) => {
                let demand = CensoredDemand::new(outcome.demand, key.offer.threshold);
                LevelRow::of_demand(slot, at, line, demand, sigma)
            }
        }
    }
}

/// What a member says of one row: its line, and the logits of an offer as it stands and of one that somebody chose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Raw {
    pub(crate) line: f64,
    pub(crate) as_it_stands: f64,
    pub(crate) if_chosen: f64,
    pub(crate) line_if_chosen: f64,
}

/// Columns of a table, ready for the members.
pub(crate) struct Prepared {
    pub(crate) matrix: Array2<f64>,
    pub(crate) words: Sparse,
    ratios: Option<Vec<(f64, f64)>>,
}

/// The members with all that they share.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fitted {
    pub(crate) preparer: Preparer,
    pub(crate) words: Option<Words>,
    selection: Option<Selection>,
    pub(crate) members: Vec<Member>,
    /// Why a member is missing.
    #[serde(skip)]
    pub(crate) note: Option<String>,
}

impl Fitted {
    /// Fits to the rows with an outcome; those without were on offer and not chosen.
    ///
    /// # Errors
    /// When no member can be fitted: the reason of the first.
    pub(crate) fn fit(
        table: &FeatureTable,
        outcomes: &[Option<Outcome>],
        params: &ModelParams,
        uses_words: bool,
    ) -> Result<Self, ModelError> {
        let ran: Vec<usize> = (0..table.len()).filter(|row| outcomes[*row].is_some()).collect();
        if ran.len() < params.min_training_rows {
            return Err(ModelError::TooFewRows { needed: params.min_training_rows, found: ran.len() });
        }
        let preparer = Preparer::fit(table, params)?;
        if preparer.width() == 0 {
            return Err(ModelError::NothingVaries { features: table.columns.len(), rows: table.len() });
        }
        let words = if uses_words { Words::fit(&table.select(&ran)) } else { None };
        let all = preparer.transform(table)?;
        let is_chosen: Vec<bool> = outcomes.iter().map(Option::is_some).collect();
        let selection = Selection::fit(table, &all, &preparer.strengths(), &is_chosen, params)?;
        let ratios = selection.as_ref().map(|selection| {
            let ratios = selection.ratios(table, &all);
            ran.iter().map(|row| ratios[*row]).collect::<Vec<_>>()
        });
        let (matrix, own) = (rows_of(&all, &ran), table.select(&ran));
        let sparse = words.as_ref().map_or_else(|| Sparse::empty(ran.len()), |words| words.transform(&own));
        let outcomes: Vec<Outcome> = ran.iter().filter_map(|row| outcomes[*row]).collect();
        let part = Part {
            table: &own,
            matrix: &matrix,
            strengths: &preparer.strengths(),
            words: &sparse,
            outcomes: &outcomes,
            params,
        };
        let mut members = Vec::new();
        let mut why = None;
        for fitted in [part.logistic(), part.demand(ratios.as_deref())] {
            match fitted {
                Ok(member) => members.push(member),
                Err(error) if error.leaves_the_base_rate() => why = why.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        match why {
            Some(error) if members.is_empty() => Err(error),
            why => {
                let note = why.map(|error| error.to_string());
                Ok(Self { preparer, words, selection, members, note })
            }
        }
    }

    /// # Errors
    /// [`ModelError::Column`] when the table is at odds with the features that were learned.
    pub(crate) fn prepare(&self, table: &FeatureTable) -> Result<Prepared, ModelError> {
        let matrix = self.preparer.transform(table)?;
        let words = self.words.as_ref();
        let words = words.map_or_else(|| Sparse::empty(table.len()), |words| words.transform(table));
        let ratios = self.selection.as_ref().map(|selection| selection.ratios(table, &matrix));
        Ok(Prepared { matrix, words, ratios })
    }

    /// What a member says of each row.
    pub(crate) fn raw(&self, member: &Member, prepared: &Prepared) -> Vec<Raw> {
        let lines = member.regression.lines(&prepared.matrix, &prepared.words);
        let raw = |(row, line): (usize, f64)| {
            let chosen = member.chosen.as_ref().zip(prepared.ratios.as_ref());
            let line_if_chosen =
                chosen.map_or(line, |(chosen, ratios)| line * chosen.ratio + chosen.push * ratios[row].0);
            let (as_it_stands, if_chosen) = (member.link.logit(line), member.link.logit(line_if_chosen));
            Raw { line, as_it_stands, if_chosen, line_if_chosen }
        };
        lines.into_iter().enumerate().map(raw).collect()
    }

    /// The same with these members only.
    pub(crate) fn only(&self, names: &[&str]) -> Self {
        let mut part = self.clone();
        part.members.retain(|member| names.contains(&member.name.as_str()));
        part
    }

    /// Whether the parts of an artefact fit together.
    pub(crate) fn is_sound(&self) -> bool {
        let (columns, features) = (self.preparer.width(), self.preparer.features());
        let words = self.words.as_ref().map_or(0, Words::width);
        self.preparer.is_sound()
            && self.words.as_ref().is_none_or(|words| words.is_sound(features))
            && self.selection.as_ref().is_none_or(|selection| selection.is_sound(columns, features))
            && !self.members.is_empty()
            && self.members.iter().all(|member| member.regression.is_sound(columns, words))
    }
}

/// The rows that ran.
struct Part<'a> {
    table: &'a FeatureTable,
    matrix: &'a Array2<f64>,
    strengths: &'a [f64],
    words: &'a Sparse,
    outcomes: &'a [Outcome],
    params: &'a ModelParams,
}

impl Part<'_> {
    /// The column that lets the intercept follow recent outcomes.
    fn drift(&self) -> Extra {
        let slot = |row: usize| self.table.keys[row].offer.slot_date;
        let latest: NaiveDate = (0..self.table.len()).map(slot).max().unwrap_or_default();
        let days_ago = (0..self.table.len()).map(|row| (latest - slot(row)).num_days() as f64);
        drift(days_ago, self.params.drift_half_life_days, self.params.drift_outcomes)
    }

    fn logistic(&self) -> Result<Member, ModelError> {
        let ridge = Ridge { columns: self.params.ridge_alpha, words: self.params.word_ridge };
        let frame = Frame::new(self.matrix, self.strengths, self.words, &[self.drift()], ridge);
        let hits: Vec<bool> = self.outcomes.iter().map(|outcome| outcome.hit).collect();
        let regression = logistic::fit(&frame, &hits, self.params)?;
        Ok(Member { name: LOGISTIC.to_owned(), regression, link: Link::Logit, chosen: None, sigma: None })
    }

    fn demand(&self, ratios: Option<&[(f64, f64)]>) -> Result<Member, ModelError> {
        let reach = |(row, outcome): (usize, &Outcome)| {
            CensoredDemand::new(outcome.demand, self.table.keys[row].offer.threshold)
        };
        let reached: Vec<CensoredDemand> = self.outcomes.iter().enumerate().map(reach).collect();
        let mut extras = vec![self.drift()];
        if let Some(ratios) = ratios {
            let cells = ratios.iter().map(|ratio| ratio.0).collect();
            extras.push(Extra { cells, when_scored: 0.0, penalty: self.params.choice_ridge });
        }
        let ridge = Ridge { columns: self.params.demand_ridge, words: self.params.demand_word_ridge };
        let frame = Frame::new(self.matrix, self.strengths, self.words, &extras, ridge);
        let fitted = demand::fit(&frame, &reached)?;
        let Some(ratios) = ratios else {
            let regression = fitted.regression(&frame, fitted.sigma);
            let name = DEMAND.to_owned();
            return Ok(Member {
                name,
                regression,
                link: Link::Probit,
                chosen: None,
                sigma: Some(fitted.sigma),
            });
        };
        // Var(e | chosen) = sigma^2 - rho^2 m (m + z), so the spread of an offer that nobody chose yet is wider.
        let rho = fitted.weights[frame.intercept() - 1];
        let hidden = ratios.iter().map(|(mills, z)| rho * rho * mills * (mills + z)).sum::<f64>();
        let sigma = (fitted.sigma * fitted.sigma + hidden / ratios.len() as f64).sqrt();
        let chosen = Chosen { ratio: sigma / fitted.sigma, push: LOGIT_PER_DEVIATION * rho / fitted.sigma };
        Ok(Member {
            name: DEMAND.to_owned(),
            regression: fitted.regression(&frame, sigma),
            link: Link::Probit,
            chosen: Some(chosen),
            sigma: Some(fitted.sigma),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{normal::cdf, numbers::sigmoid};

    #[test]
    fn a_normal_line_becomes_the_logit_of_its_chance() {
        for z in [-5.0, -1.3, 0.0, 0.4, 3.0] {
            let line = LOGIT_PER_DEVIATION * z;
            assert!((sigmoid(Link::Probit.logit(line)) - cdf(z)).abs() < 1e-12, "{z}");
            let numeric = (Link::Probit.logit(line + 1e-5) - Link::Probit.logit(line - 1e-5)) / 2e-5;
            assert!((Link::Probit.slope(line) - numeric).abs() < 1e-6, "{z}");
        }
        assert!(Link::Probit.logit(1e9).is_finite() && Link::Probit.logit(-1e9).is_finite());
    }

    #[test]
    fn pushes_on_the_line_add_up_on_the_logit() {
        for link in [Link::Logit, Link::Probit] {
            for (from, to) in [(-0.4, 2.5), (1.0, 1.0), (0.3, -7.0)] {
                let there = link.logit(from) + link.secant(from, to) * (to - from);
                assert!((there - link.logit(to)).abs() < 1e-9, "{link:?} {from} {to}");
            }
        }
    }
}
