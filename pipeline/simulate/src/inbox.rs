//! The tables of the inbox, one CSV file each, cut at `as_of`.

use chrono::{DateTime, TimeDelta, Utc};
use slotcast_core::SlotCalendar;

use crate::csv_table::{CAMPAIGNS, CANDIDATES, MAKERS, MarketFile, PRODUCTS, csv_table, local, terms, text};
use crate::error::SimulateError;
use crate::offers::{Fate, Offer};
use crate::orders::{Event, OrderEvent};
use crate::signals::Signal;
use crate::views::PageView;
use crate::world::World;

/// Days before its first opening at which a product, and its maker before it, is known.
const PRODUCT_KNOWN: u32 = 25;
const MAKER_KNOWN: i64 = 30;

/// What goes into the inbox, cut at `as_of`.
pub(crate) struct Inbox<'a> {
    pub(crate) as_of: DateTime<Utc>,
    pub(crate) calendar: SlotCalendar,
    pub(crate) world: &'a World,
    pub(crate) offers: &'a [Offer],
}

impl Inbox<'_> {
    fn local(&self, instant: DateTime<Utc>) -> String {
        local(self.calendar.zone(), instant)
    }

    /// When each product became known: some time before its first opening, as signals begin before it is proposed.
    fn product_known(&self) -> Vec<Option<DateTime<Utc>>> {
        let mut known = vec![None; self.world.products.len()];
        for offer in self.offers {
            let at = self.calendar.days_before(&offer.slot, PRODUCT_KNOWN);
            if at < self.as_of {
                known[offer.product].get_or_insert(at);
            }
        }
        known
    }

    pub(crate) fn makers(&self) -> Result<MarketFile, SimulateError> {
        let mut known = vec![None::<DateTime<Utc>>; self.world.makers.len()];
        for (product, at) in self.world.products.iter().zip(self.product_known()) {
            let at = at.map(|at| at - TimeDelta::days(MAKER_KNOWN));
            for maker in std::iter::once(product.maker).chain(product.artist) {
                known[maker] = known[maker].into_iter().chain(at).min();
            }
        }
        let rows = self.world.makers.iter().zip(known).filter_map(|(maker, known)| {
            Some([maker.id.clone(), maker.name.clone(), maker.kind.to_owned(), self.local(known?)])
        });
        csv_table("makers", MAKERS, rows)
    }

    pub(crate) fn products(&self) -> Result<MarketFile, SimulateError> {
        let maker_id = |maker: usize| self.world.makers[maker].id.clone();
        let rows = self.world.products.iter().zip(self.product_known()).filter_map(|(product, known)| {
            let (id, title) = (product.id.clone(), product.title.clone());
            let category = product.category.name.to_owned();
            let artist = text(product.artist.map(maker_id));
            Some([id, title, category, maker_id(product.maker), artist, self.local(known?)])
        });
        csv_table("products", PRODUCTS, rows)
    }

    pub(crate) fn candidates(&self) -> Result<MarketFile, SimulateError> {
        let rows = self.offers.iter().flat_map(|offer| {
            let taken_back = match offer.fate {
                Fate::Passed { at, taken_back: true } => Some(("withdrawn", at)),
                _ => None,
            };
            let versions = std::iter::once(("proposed", offer.submitted_at)).chain(taken_back);
            let known = versions.filter(|(_, at)| *at < self.as_of);
            known.map(move |(status, at)| {
                let [threshold, basis, price, currency, cost, capacity] = self.terms(offer);
                [
                    offer.candidate_id.clone(),
                    self.world.products[offer.product].id.clone(),
                    offer.slot.date.to_string(),
                    threshold,
                    basis,
                    price,
                    currency,
                    cost,
                    capacity,
                    status.to_owned(),
                    self.local(offer.submitted_at),
                    self.local(at),
                ]
            })
        });
        csv_table("candidates", CANDIDATES, rows)
    }

    pub(crate) fn campaigns(&self) -> Result<MarketFile, SimulateError> {
        let rows = self.offers.iter().flat_map(|offer| {
            let versions = match &offer.fate {
                Fate::Campaign { campaign_id, scheduled_at, withdrawn_at } => {
                    let end = withdrawn_at.map_or(("closed", offer.slot.closes_at), |at| ("withdrawn", at));
                    vec![(campaign_id, "scheduled", *scheduled_at), (campaign_id, end.0, end.1)]
                }
                Fate::Open | Fate::Passed { .. } => Vec::new(),
            };
            versions.into_iter().filter(|(.., at)| *at < self.as_of).map(move |(id, status, at)| {
                let [threshold, basis, price, currency, cost, capacity] = self.terms(offer);
                [
                    id.clone(),
                    offer.candidate_id.clone(),
                    self.world.products[offer.product].id.clone(),
                    offer.slot.date.to_string(),
                    self.local(offer.slot.opens_at),
                    self.local(offer.slot.closes_at),
                    threshold,
                    basis,
                    price,
                    currency,
                    cost,
                    capacity,
                    status.to_owned(),
                    self.local(at),
                ]
            })
        });
        csv_table("campaigns", CAMPAIGNS, rows)
    }

    fn terms(&self, offer: &Offer) -> [String; 6] {
        let price = self.world.products[offer.product].price;
        terms(offer.threshold, price, offer.unit_cost, offer.capacity)
    }

    pub(crate) fn order_events(&self, events: &[OrderEvent]) -> Result<MarketFile, SimulateError> {
        let mut rows: Vec<[String; 11]> =
            (1..).zip(events).map(|(number, event)| self.order_row(number, event)).collect();
        // The mess of every real inbox: a line that comes twice, and one that nobody can read.
        if let Some(twice) = rows.get(rows.len() / 2).cloned() {
            let mut unreadable = twice.clone();
            unreadable[0] = "ev-unreadable".to_owned();
            unreadable[7] = "두 개".to_owned();
            rows.extend([twice, unreadable]);
        }
        let header = [
            "event_id",
            "order_id",
            "campaign_id",
            "option_id",
            "customer_id",
            "event",
            "occurred_at",
            "units",
            "amount",
            "channel",
            "gift",
        ];
        csv_table("order_events", header, rows)
    }

    fn order_row(&self, number: usize, event: &OrderEvent) -> [String; 11] {
        let offer = &self.offers[event.offer];
        let campaign_id = offer.campaign().map(|(id, _)| id).unwrap_or_default();
        let amount = u64::from(event.units) * u64::from(self.world.products[offer.product].price);
        // A cancel takes the whole order and says no more; the others name units and amount.
        let counted = event.event != Event::Cancelled;
        let name = match event.event {
            Event::Placed => "placed",
            Event::Cancelled => "cancelled",
            Event::Refunded => "refunded",
        };
        [
            format!("ev-{number:06}"),
            format!("{}-{:04}", campaign_id.replacen("cp-", "or-", 1), event.order),
            campaign_id.to_owned(),
            format!("op-{}", event.option),
            format!("cu-{:05}", event.customer),
            name.to_owned(),
            self.local(event.at),
            text(counted.then_some(event.units)),
            text(counted.then_some(amount)),
            event.channel.to_owned(),
            event.gift.to_string(),
        ]
    }

    pub(crate) fn page_views(&self, views: &[PageView]) -> Result<MarketFile, SimulateError> {
        let rows = views.iter().map(|view| {
            let product = self.world.products[view.product].id.clone();
            let (views, visitors) = (view.views.to_string(), view.visitors.to_string());
            [product, self.local(view.hour), view.channel.to_owned(), views, visitors]
        });
        csv_table("page_views", ["product_id", "hour", "channel", "views", "visitors"], rows)
    }

    pub(crate) fn social_signals(&self, signals: &[Signal]) -> Result<MarketFile, SimulateError> {
        let rows = signals.iter().map(|signal| {
            let product = self.world.products[signal.product].id.clone();
            let (kind, channel) = (signal.kind.to_owned(), signal.channel.to_owned());
            [product, self.local(signal.at), kind, channel, signal.count.to_string()]
        });
        csv_table("social_signals", ["product_id", "occurred_at", "kind", "channel", "count"], rows)
    }
}
