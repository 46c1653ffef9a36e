//! Rows of the relations about offers.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::{NaiveDate, RankedOffer};
use slotcast_forecast::OfferId;
use slotcast_publish::{
    CurvePoint, FromRow, OFFER_RELATIONS, OfferCells, OfferDay, OfferFlag, OfferView, SimilarCampaign,
    read_offer_cells,
};

use crate::{batch_row::batch_rows, run_snapshot::RunSnapshot};

/// Rows of the relations about offers, by offer.
#[derive(Default)]
pub(crate) struct OfferContext {
    cells: HashMap<OfferId, OfferCells>,
    curves: HashMap<OfferId, Vec<CurvePoint>>,
    similar: HashMap<OfferId, Vec<SimilarCampaign>>,
    days: HashMap<OfferId, Vec<OfferDay>>,
    currencies: BTreeSet<String>,
}

impl OfferContext {
    /// Rows of the relations that a run has; a missing relation has no rows.
    pub(crate) async fn load(run: &RunSnapshot) -> Result<Self> {
        let mut cells: HashMap<OfferId, OfferCells> = HashMap::new();
        let mut currencies = BTreeSet::new();
        for relation in OFFER_RELATIONS {
            for row in batch_rows(&run.rows_or_empty(relation).await?) {
                currencies.extend(row.text("currency"));
                if let Some(offer) = row.offer_id() {
                    read_offer_cells(cells.entry(offer).or_default(), relation, &row);
                }
            }
        }
        Ok(Self {
            cells,
            curves: views_by_offer(&run.rows_or_empty("moq_curve").await?),
            similar: views_by_offer(&run.rows_or_empty("similar_campaigns").await?),
            days: views_by_offer(&run.rows_or_empty("offer_days").await?),
            currencies,
        })
    }

    /// Currency of all offers, or else of the market; none if the offers have several.
    pub(crate) fn currency(&self, run: &RunSnapshot) -> Option<String> {
        match self.currencies.len() {
            0 => run.lake.market().currency.clone(),
            1 => self.currencies.first().cloned(),
            _ => None,
        }
    }

    /// View of an offer with its rows.
    pub(crate) fn view(&self, slot_date: NaiveDate, ranked: &RankedOffer) -> OfferView {
        let offer = (slot_date, ranked.scored.offer.id.clone());
        let mut cells = self.cells.get(&offer).cloned().unwrap_or_default();
        if ranked.scored.thin_data {
            cells.add_flag(OfferFlag::ThinData);
        }
        OfferView {
            ranked: ranked.clone(),
            cells,
            curve: self.curves.get(&offer).cloned().unwrap_or_default(),
            similar: self.similar.get(&offer).cloned().unwrap_or_default(),
            days: self.days.get(&offer).cloned().unwrap_or_default(),
        }
    }
}

/// Views of the rows by offer, in the order of the relation.
fn views_by_offer<T: FromRow>(batches: &[RecordBatch]) -> HashMap<OfferId, Vec<T>> {
    let mut views: HashMap<OfferId, Vec<T>> = HashMap::new();
    for row in batch_rows(batches) {
        if let Some((offer, view)) = row.offer_id().zip(T::from_row(&row)) {
            views.entry(offer).or_default().push(view);
        }
    }
    views
}
