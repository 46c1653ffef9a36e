//! Artifacts: trained models as JSON.

use serde::{Deserialize, Serialize};

use crate::{error::ModelError, model::TrainedModel};

/// The format that this version writes and reads.
pub const ARTIFACT_FORMAT: u32 = 5;

#[derive(Deserialize)]
struct FormatHeader {
    format: u32,
}

#[derive(Serialize, Deserialize)]
struct Artifact<Model> {
    format: u32,
    model: Model,
}

impl TrainedModel {
    /// The model as one line of JSON. Numbers have the shortest form that is read back to the same bits.
    pub fn to_json(&self) -> String {
        let artifact = Artifact { format: ARTIFACT_FORMAT, model: self };
        serde_json::to_string(&artifact).expect("a model has only text, numbers and maps with text keys")
    }

    /// Reads an artifact of [`Self::to_json`].
    ///
    /// # Errors
    /// [`ModelError::Json`] for other text, [`ModelError::Format`] for another format, [`ModelError::Damaged`] for parts
    /// that contradict each other.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        // The format is read first, because another format may lack the fields of this one.
        let FormatHeader { format } = serde_json::from_str(text)?;
        if format != ARTIFACT_FORMAT {
            return Err(ModelError::Format { known: ARTIFACT_FORMAT, found: format });
        }
        let Artifact { model, .. } = serde_json::from_str::<Artifact<Self>>(text)?;
        if model.ensemble.as_ref().is_some_and(|ensemble| !ensemble.is_consistent()) {
            return Err(ModelError::Damaged("its lists differ in length"));
        }
        Ok(model)
    }
}
