//! Errors of forecasting, with their remedies.

use slotcast_core::Hint;
use slotcast_models::ModelError;
use thiserror::Error;

/// A forecast that cannot be made.
#[derive(Debug, Error)]
pub enum ForecastError {
    /// A model cannot be fitted, used or evaluated.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A rollback without an earlier change of champion.
    #[error("model `{0}` has been champion from the start, so there is no change to roll back")]
    NoEarlierChampion(String),
}

impl Hint for ForecastError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Model(error) => error.hint(),
            Self::NoEarlierChampion(_) => {
                Some("`slotcast sql \"select * from champions\"` lists the changes of champion".to_owned())
            }
        }
    }
}
