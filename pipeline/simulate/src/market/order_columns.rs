//! Columns of order events and order snapshots under construction.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{Arguments, Write},
    sync::Arc,
};

use arrow::array::{
    ArrayRef, BooleanBuilder, Decimal128Builder, Int64Builder, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder,
};

use super::{
    columns::{TableBuilder, amount_builder, instant_builder},
    orders::{OrderEvent, OrderEventKind},
    plan::PlannedOffer,
    spec::MarketSpec,
};
use crate::error::SimulateError;

pub(crate) struct OrderEventColumns {
    buffer: String,
    texts: [StringBuilder; 7],
    at: TimestampMicrosecondBuilder,
    units: Int64Builder,
    amount: Decimal128Builder,
    gift: BooleanBuilder,
    recorded_at: TimestampMicrosecondBuilder,
}

impl OrderEventColumns {
    pub(crate) fn new(spec: &MarketSpec) -> Self {
        Self {
            buffer: String::new(),
            texts: Default::default(),
            at: instant_builder(),
            units: Int64Builder::new(),
            amount: amount_builder(spec),
            gift: BooleanBuilder::new(),
            recorded_at: instant_builder(),
        }
    }

    pub(crate) fn push(
        &mut self,
        offer: &PlannedOffer,
        event: &OrderEvent,
        (event_channel, option): (&str, u32),
        recorded_at: Option<i64>,
    ) {
        let [event_id, order_id, campaign_id, option_id, customer_id, kind, channel] = &mut self.texts;
        let letter = match event.kind {
            OrderEventKind::Placed => 'p',
            OrderEventKind::Cancelled => 'c',
            OrderEventKind::Refunded => 'r',
        };
        let mut text = |builder: &mut StringBuilder, value: Arguments<'_>| {
            self.buffer.clear();
            self.buffer.write_fmt(value).expect("a string takes text");
            builder.append_value(&self.buffer);
        };
        text(event_id, format_args!("e-{}-{}{letter}", offer.name, event.order));
        text(order_id, format_args!("o-{}-{}", offer.name, event.order));
        text(campaign_id, format_args!("cp-{}", offer.name));
        text(option_id, format_args!("op-{option}"));
        text(customer_id, format_args!("cu-{:07}", event.customer));
        kind.append_value(event.kind.as_str());
        channel.append_value(event_channel);
        self.at.append_value(event.at);
        self.units.append_value(i64::from(event.units));
        self.amount.append_value(i128::from(event.units) * i128::from(offer.terms.price));
        self.gift.append_value(event.is_gift);
        self.recorded_at.append_option(recorded_at);
    }

    pub(crate) fn finish(mut self) -> Result<RecordBatch, SimulateError> {
        let [event_id, order_id, campaign_id, option_id, customer_id, kind, channel] =
            self.texts.each_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef);
        TableBuilder::default()
            .column("event_id", event_id)
            .column("order_id", order_id)
            .column("campaign_id", campaign_id)
            .column("option_id", option_id)
            .column("customer_id", customer_id)
            .column("event", kind)
            .column("occurred_at", Arc::new(self.at.finish()))
            .column("units", Arc::new(self.units.finish()))
            .column("amount", Arc::new(self.amount.finish()))
            .column("channel", channel)
            .column("gift", Arc::new(self.gift.finish()))
            .column("recorded_at", Arc::new(self.recorded_at.finish()))
            .finish()
    }
}

/// Units and customer of each order that holds, by its number.
pub(crate) type OrderTotals = BTreeMap<u32, (u32, u32)>;

pub(crate) struct SnapshotColumns {
    campaign_id: StringBuilder,
    observed_at: TimestampMicrosecondBuilder,
    counts: [Int64Builder; 3],
    amount: Decimal128Builder,
    recorded_at: TimestampMicrosecondBuilder,
}

impl SnapshotColumns {
    pub(crate) fn new(spec: &MarketSpec) -> Self {
        Self {
            campaign_id: StringBuilder::new(),
            observed_at: instant_builder(),
            counts: Default::default(),
            amount: amount_builder(spec),
            recorded_at: instant_builder(),
        }
    }

    pub(crate) fn push(
        &mut self,
        offer: &PlannedOffer,
        observed_at: i64,
        orders: &OrderTotals,
        recorded_at: Option<i64>,
    ) {
        let units: u64 = orders.values().map(|(units, _)| u64::from(*units)).sum();
        let customers: BTreeSet<u32> = orders.values().map(|(_, customer)| *customer).collect();
        self.campaign_id.append_value(offer.campaign_id());
        self.observed_at.append_value(observed_at);
        let counts = [orders.len() as i64, units as i64, customers.len() as i64];
        self.counts.iter_mut().zip(counts).for_each(|(builder, count)| builder.append_value(count));
        self.amount.append_value(i128::from(units) * i128::from(offer.terms.price));
        self.recorded_at.append_option(recorded_at);
    }

    pub(crate) fn finish(mut self) -> Result<RecordBatch, SimulateError> {
        let [orders, units, customers] =
            self.counts.each_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef);
        TableBuilder::default()
            .column("campaign_id", Arc::new(self.campaign_id.finish()))
            .column("observed_at", Arc::new(self.observed_at.finish()))
            .column("orders", orders)
            .column("units", units)
            .column("amount", Arc::new(self.amount.finish()))
            .column("customers", customers)
            .column("recorded_at", Arc::new(self.recorded_at.finish()))
            .finish()
    }
}
