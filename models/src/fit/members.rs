//! All that is fitted to one set of rows: preprocessing, vocabulary, selection model and members.

use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};
use slotcast_features::{FeatureTable, Outcome};

use crate::{
    error::ModelError,
    fit::{
        heckman::{HeckmanSelection, MillsRatio},
        member::{Member, MemberScore},
        training_subset::TrainingSubset,
    },
    model_kind::ModelKind,
    params::ModelParams,
    preprocess::{preprocessor::Preprocessor, sparse::SparseMatrix, text::TextVectorizer},
};

/// A feature table as columns, ready for the members.
pub(crate) struct PreparedTable {
    pub(crate) matrix: Array2<f64>,
    pub(crate) terms: SparseMatrix,
    mills_ratios: Option<Vec<MillsRatio>>,
}

/// Members with everything that they share.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FittedMembers {
    pub(crate) preprocessor: Preprocessor,
    pub(crate) vectorizer: Option<TextVectorizer>,
    selection: Option<HeckmanSelection>,
    pub(crate) members: Vec<Member>,
    /// Reason for a missing member.
    #[serde(skip)]
    pub(crate) note: Option<String>,
}

impl FittedMembers {
    /// Fits to the rows with an outcome. Rows without one were on offer and not selected.
    ///
    /// # Errors
    /// If no member can be fitted: the reason of the first.
    pub(crate) fn fit(
        table: &FeatureTable,
        outcomes: &[Option<Outcome>],
        params: &ModelParams,
        uses_text: bool,
    ) -> Result<Self, ModelError> {
        let selected: Vec<usize> = (0..table.len()).filter(|row| outcomes[*row].is_some()).collect();
        if selected.len() < params.min_training_rows {
            return Err(ModelError::TooFewRows { needed: params.min_training_rows, found: selected.len() });
        }
        let preprocessor = Preprocessor::fit(table, params)?;
        if preprocessor.width() == 0 {
            return Err(ModelError::ConstantFeatures { features: table.columns.len(), rows: table.len() });
        }
        let selected_table = table.select(&selected);
        let vectorizer = if uses_text { TextVectorizer::fit(&selected_table) } else { None };
        let matrix = preprocessor.transform(table)?;
        let penalty_factors = preprocessor.penalty_factors();
        let is_selected: Vec<bool> = outcomes.iter().map(Option::is_some).collect();
        let selection = HeckmanSelection::fit(table, &matrix, &penalty_factors, &is_selected, params)?;
        let mills_ratios = selection.as_ref().map(|selection| {
            let ratios = selection.mills_ratios(table, &matrix);
            selected.iter().map(|row| ratios[*row]).collect::<Vec<_>>()
        });
        let subset = TrainingSubset {
            table: &selected_table,
            matrix: &matrix.select(Axis(0), &selected),
            penalty_factors: &penalty_factors,
            terms: &vectorize(vectorizer.as_ref(), &selected_table),
            outcomes: &selected.iter().filter_map(|row| outcomes[*row]).collect::<Vec<_>>(),
            params,
        };
        let mut members = Vec::new();
        let mut missing = None;
        for fitted in [subset.fit_logistic(), subset.fit_demand(mills_ratios.as_deref())] {
            match fitted {
                Ok(member) => members.push(member),
                Err(error) if error.falls_back_to_base_rate() => missing = missing.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        match missing {
            Some(error) if members.is_empty() => Err(error),
            missing => {
                let note = missing.map(|error| error.to_string());
                Ok(Self { preprocessor, vectorizer, selection, members, note })
            }
        }
    }

    /// # Errors
    /// [`ModelError::ColumnMismatch`] if the table contradicts the fitted features.
    pub(crate) fn transform(&self, table: &FeatureTable) -> Result<PreparedTable, ModelError> {
        let matrix = self.preprocessor.transform(table)?;
        let terms = vectorize(self.vectorizer.as_ref(), table);
        let mills_ratios = self.selection.as_ref().map(|selection| selection.mills_ratios(table, &matrix));
        Ok(PreparedTable { matrix, terms, mills_ratios })
    }

    /// Scores of each row by one member.
    pub(crate) fn score(&self, member: &Member, prepared: &PreparedTable) -> Vec<MemberScore> {
        let predictors = member.linear_model.predict(&prepared.matrix, &prepared.terms);
        let score = |(row, predictor): (usize, f64)| {
            member.score(predictor, prepared.mills_ratios.as_ref().map(|ratios| &ratios[row]))
        };
        predictors.into_iter().enumerate().map(score).collect()
    }

    /// A copy with these members only.
    pub(crate) fn with_members(&self, kinds: &[ModelKind]) -> Self {
        let mut subset = self.clone();
        subset.members.retain(|member| kinds.contains(&member.kind));
        subset
    }

    /// Whether the parts of an artifact agree.
    pub(crate) fn is_consistent(&self) -> bool {
        let (columns, features) = (self.preprocessor.width(), self.preprocessor.feature_count());
        let terms = self.vectorizer.as_ref().map_or(0, TextVectorizer::width);
        let selection = self.selection.as_ref();
        self.preprocessor.is_consistent()
            && self.vectorizer.as_ref().is_none_or(|vectorizer| vectorizer.is_consistent(features))
            && selection.is_none_or(|selection| selection.is_consistent(columns, features))
            && !self.members.is_empty()
            && self.members.iter().all(|member| member.linear_model.is_consistent(columns, terms))
    }
}

fn vectorize(vectorizer: Option<&TextVectorizer>, table: &FeatureTable) -> SparseMatrix {
    vectorizer.map_or_else(|| SparseMatrix::empty(table.len()), |vectorizer| vectorizer.transform(table))
}
