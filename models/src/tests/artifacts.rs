//! Artifacts: round trip, formats, damage.

use serde_json::Value;

use crate::{
    artifact::ARTIFACT_FORMAT, error::ModelError, model::TrainedModel, testing::market,
    tests::fixtures::train_hits,
};

#[test]
fn artifacts_round_trip_to_the_bit() {
    let (table, hits) = market(700, 0.3, 8);
    for model in train_hits(&table, &hits).models {
        let text = model.to_json();
        let back = TrainedModel::from_json(&text).unwrap();
        assert_eq!(back.to_json(), text);
        assert_eq!(back.score(&table).unwrap(), model.score(&table).unwrap());
        assert_eq!((back.name(), back.n_rows(), back.n_hits()), (model.name(), 700, model.n_hits()));
        assert_eq!(ARTIFACT_FORMAT, 5);
        let newer = text.replacen("\"format\":5", "\"format\":6", 1);
        let message = TrainedModel::from_json(&newer).unwrap_err().to_string();
        assert_eq!(message, "an artifact must have format `5`, not `6`");
    }
    assert!(matches!(TrainedModel::from_json("{"), Err(ModelError::Json(_))));
}

#[test]
fn a_shortened_list_is_refused() {
    let (table, hits) = market(300, 0.0, 8);
    let text = train_hits(&table, &hits).models[1].to_json();
    let mut json: Value = serde_json::from_str(&text).unwrap();
    let member = &mut json["model"]["ensemble"]["fitted"]["members"][0];
    member["linear_model"]["coefficients"].as_array_mut().unwrap().pop();
    assert!(matches!(TrainedModel::from_json(&json.to_string()), Err(ModelError::Damaged(_))));
}
