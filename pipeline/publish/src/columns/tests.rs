//! Tests of the table of columns.

use slotcast_core::Audience;

use super::{COLUMNS, OFFER_RELATIONS, OfferRow, column, read_offer_cells};
use crate::{
    i18n::{Catalog, Lang},
    tests::{sample, test_row::TestRow},
    view::{CellValue, OfferCells, OfferFlag},
};

#[test]
fn names_and_labels_are_unique_and_explained() {
    for lang in [Lang::Ko, Lang::En] {
        let texts = Catalog::of(lang);
        let mut labels: Vec<&str> =
            COLUMNS.iter().map(|column| texts.text(&format!("column.{}", column.name))).collect();
        assert!(COLUMNS.iter().all(|one| !texts.text(&format!("column.{}_about", one.name)).is_empty()));
        labels.sort_unstable();
        let all = labels.len();
        labels.dedup();
        assert_eq!(labels.len(), all, "a label twice");
    }
}

#[test]
fn internal_columns_are_for_internal_readers() {
    let run_id = sample::run_id();
    let offer = &sample::offers()[0];
    let value = |name, audience| column(name).value(&OfferRow { run_id: &run_id, offer, audience });
    for name in ["unit_cost", "fixed_cost", "expected_value"] {
        assert_eq!(value(name, Audience::Everyone), CellValue::Missing, "{name}");
        assert!(matches!(value(name, Audience::Internal), CellValue::Number(_)), "{name}");
    }
    assert!(matches!(value("expected_amount", Audience::Everyone), CellValue::Number(_)));
}

#[test]
fn cells_are_read_by_the_kind_of_their_column() {
    let row = TestRow::default()
        .with("alerts", CellValue::Count(7))
        .with("alert_rate", CellValue::Number(0.25))
        .with("maker_n", CellValue::Text("four".into()))
        .with("previous_rank", CellValue::Count(3))
        .with("new_maker", CellValue::Bool(true));
    let mut cells = OfferCells::default();
    read_offer_cells(&mut cells, OFFER_RELATIONS[0], &row);
    assert_eq!((cells.number("alerts"), cells.number("alert_rate")), (Some(7.0), Some(0.25)));
    assert_eq!((cells.number("maker_n"), cells.number("previous_rank")), (None, None));
    assert_eq!(cells.flags, [OfferFlag::NewMaker]);
    read_offer_cells(&mut cells, OFFER_RELATIONS[1], &row);
    assert_eq!((cells.number("alerts"), cells.number("previous_rank")), (Some(7.0), Some(3.0)));
}
