//! Models as text: what is stored, and what is refused when it is read again.

use serde::{Deserialize, Serialize};

use crate::{error::ModelError, trained::TrainedModel};

/// The format that this version writes and reads.
pub const ARTIFACT_FORMAT: u32 = 4;

#[derive(Deserialize)]
struct Header {
    format: u32,
}

#[derive(Serialize, Deserialize)]
struct Artifact<Model> {
    format: u32,
    model: Model,
}

impl TrainedModel {
    /// The model as one line of JSON. Numbers are written as text in the shortest form that reads
    /// back to the same bits.
    pub fn to_json(&self) -> String {
        let artifact = Artifact { format: ARTIFACT_FORMAT, model: self };
        serde_json::to_string(&artifact).expect("a model holds only text, counts and maps with text keys")
    }

    /// Reads what [`Self::to_json`] wrote.
    ///
    /// # Errors
    /// [`ModelError::Json`] for other text, [`ModelError::Format`] for another format,
    /// [`ModelError::Damaged`] when parts do not fit together.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        // The format is looked at first: another format may lack the fields of this one.
        let Header { format } = serde_json::from_str(text)?;
        if format != ARTIFACT_FORMAT {
            return Err(ModelError::Format { known: ARTIFACT_FORMAT, found: format });
        }
        let Artifact { model, .. } = serde_json::from_str::<Artifact<Self>>(text)?;
        if model.scorer.as_ref().is_some_and(|scorer| !scorer.is_sound()) {
            return Err(ModelError::Damaged("its lists differ in length"));
        }
        Ok(model)
    }
}
