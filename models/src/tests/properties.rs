//! Properties of scores for arbitrary tables.

use proptest::prelude::*;
use slotcast_features::FeatureTable;

use crate::{model::TrainedModel, testing::TableBuilder, tests::fixtures::train_hits};

/// Tables with gaps, constants, huge numbers and invalid records.
fn any_table() -> impl Strategy<Value = (FeatureTable, Vec<bool>)> {
    let number = prop_oneof![
        3 => (-5.0_f64..5.0).prop_map(Some),
        1 => Just(None),
        1 => prop_oneof![Just(f64::MAX), Just(f64::MIN), Just(1e200), Just(0.0), Just(f64::NAN)].prop_map(Some),
    ];
    let level = prop_oneof![Just(None), Just(Some("a")), Just(Some("b")), Just(Some("c"))];
    let record = (-1.0_f64..30.0, -1.0_f64..30.0);
    let row = (number, level, record, any::<bool>(), any::<bool>());
    (prop::collection::vec(row, 1..160), any::<bool>()).prop_map(|(rows, is_constant)| {
        let table = TableBuilder::new(rows.len())
            .offers_per_slot(7)
            .number("number", |row| rows[row].0)
            .number("constant", |_| Some(0.1))
            .number("missing", |_| None)
            .number("flag", |row| Some(f64::from(rows[row].3)))
            .category("category", |row| if is_constant { None } else { rows[row].1 })
            .record("maker", |row| rows[row].2)
            .build();
        let hits = rows.iter().map(|row| row.4).collect();
        (table, hits)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn probabilities_lie_within_their_intervals(
        (table, hits) in any_table(),
        (unseen, _) in any_table(),
    ) {
        for model in train_hits(&table, &hits).models {
            for scored in model.score(&unseen).unwrap() {
                let (low, p, high) = (scored.p_low.unwrap(), scored.p_hit, scored.p_high.unwrap());
                prop_assert!(low <= p && p <= high, "{low:?} {p:?} {high:?}");
                if let (Some(curve), Some(demand)) = (scored.curve, scored.demand) {
                    prop_assert!(demand.p10 <= demand.p50 && demand.p50 <= demand.p90, "{demand:?}");
                    let at_threshold = curve.p_at_least(scored.offer.threshold);
                    prop_assert!((at_threshold - p.get()).abs() < 1e-6, "{at_threshold} {p:?}");
                }
                prop_assert!(scored.contributions.iter().all(|contribution| contribution.log_odds.is_finite()));
            }
            // All numbers of an artifact are finite, since JSON has no others.
            let text = model.to_json();
            prop_assert!(TrainedModel::from_json(&text).unwrap().to_json() == text);
        }
    }
}
