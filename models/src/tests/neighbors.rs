//! Nearest neighbors of offers among past campaigns.

use slotcast_features::FeatureColumn;

use crate::{testing::market, tests::fixtures::train_hits};

#[test]
fn neighbors_share_the_informative_feature() {
    let (table, hits) = market(600, 0.0, 4);
    let training = train_hits(&table, &hits);
    let found = training.models[1].neighbors(&table.select(&[10, 11]), &table, 3).unwrap();
    for (row, nearest) in (10..).zip(&found) {
        assert_eq!(nearest.len(), 3);
        assert!(nearest.windows(2).all(|pair| pair[0].distance <= pair[1].distance));
        let FeatureColumn::Number(signal) = &table.columns[0] else { unreachable!("signal is a number") };
        for neighbor in nearest {
            assert_ne!(neighbor.row, row, "not itself");
            let difference = (signal[neighbor.row].unwrap() - signal[row].unwrap()).abs();
            assert!(difference < 0.6, "{difference} of 4");
        }
    }
    assert_eq!(training.models[0].neighbors(&table.select(&[1]), &table, 3).unwrap(), [vec![]]);
}
