//! Facts under construction, column by column.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::Arc,
};

use arrow::{
    array::{
        ArrayRef, BooleanBuilder, Decimal128Builder, Int64Builder, RecordBatch, StringBuilder,
        TimestampMicrosecondBuilder,
    },
    datatypes::{Field, Schema},
};

use super::{
    orders::{Event, What},
    plan::{Maker, Offer},
    tables::money,
};
use crate::error::SimulateError;

fn instants() -> TimestampMicrosecondBuilder {
    TimestampMicrosecondBuilder::new().with_timezone("UTC")
}

fn amounts(maker: &Maker<'_>) -> Decimal128Builder {
    Decimal128Builder::new().with_data_type(money(maker.spec))
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, SimulateError> {
    let field = |(name, column): &(&str, ArrayRef)| Field::new(*name, column.data_type().clone(), true);
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
}

pub(crate) struct Orders {
    text: String,
    texts: [StringBuilder; 7],
    at: TimestampMicrosecondBuilder,
    units: Int64Builder,
    amount: Decimal128Builder,
    gift: BooleanBuilder,
    recorded_at: TimestampMicrosecondBuilder,
}

impl Orders {
    pub(crate) fn new(maker: &Maker<'_>) -> Self {
        Self {
            text: String::new(),
            texts: Default::default(),
            at: instants(),
            units: Int64Builder::new(),
            amount: amounts(maker),
            gift: BooleanBuilder::new(),
            recorded_at: instants(),
        }
    }

    pub(crate) fn push(
        &mut self,
        offer: &Offer,
        event: &Event,
        extra: (&str, u32),
        recorded_at: Option<i64>,
    ) {
        let [event_id, order_id, campaign_id, option_id, customer_id, what, channel] = &mut self.texts;
        let letter = match event.what {
            What::Placed => 'p',
            What::Cancelled => 'c',
            What::Refunded => 'r',
        };
        let mut text = |builder: &mut StringBuilder, words: std::fmt::Arguments<'_>| {
            self.text.clear();
            self.text.write_fmt(words).expect("memory takes text");
            builder.append_value(&self.text);
        };
        text(event_id, format_args!("e-{}-{}{letter}", offer.name, event.order));
        text(order_id, format_args!("o-{}-{}", offer.name, event.order));
        text(campaign_id, format_args!("cp-{}", offer.name));
        text(option_id, format_args!("op-{}", extra.1));
        text(customer_id, format_args!("cu-{:07}", event.customer));
        what.append_value(event.what.as_str());
        channel.append_value(extra.0);
        self.at.append_value(event.at);
        self.units.append_value(i64::from(event.units));
        self.amount.append_value(i128::from(event.units) * i128::from(offer.terms.price));
        self.gift.append_value(event.gift);
        self.recorded_at.append_option(recorded_at);
    }

    pub(crate) fn finish(mut self) -> Result<RecordBatch, SimulateError> {
        let [event_id, order_id, campaign_id, option_id, customer_id, what, channel] =
            self.texts.each_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef);
        batch(vec![
            ("event_id", event_id),
            ("order_id", order_id),
            ("campaign_id", campaign_id),
            ("option_id", option_id),
            ("customer_id", customer_id),
            ("event", what),
            ("occurred_at", Arc::new(self.at.finish())),
            ("units", Arc::new(self.units.finish())),
            ("amount", Arc::new(self.amount.finish())),
            ("channel", channel),
            ("gift", Arc::new(self.gift.finish())),
            ("recorded_at", Arc::new(self.recorded_at.finish())),
        ])
    }
}

/// Totals of orders at a moment.
pub(crate) struct Snapshots {
    campaign_id: StringBuilder,
    observed_at: TimestampMicrosecondBuilder,
    counts: [Int64Builder; 3],
    amount: Decimal128Builder,
    recorded_at: TimestampMicrosecondBuilder,
}

impl Snapshots {
    pub(crate) fn new(maker: &Maker<'_>) -> Self {
        Self {
            campaign_id: StringBuilder::new(),
            observed_at: instants(),
            counts: Default::default(),
            amount: amounts(maker),
            recorded_at: instants(),
        }
    }

    /// `held`: units and customer of every order that holds.
    pub(crate) fn push(
        &mut self,
        offer: &Offer,
        observed_at: i64,
        held: &BTreeMap<u32, (u32, u32)>,
        recorded_at: Option<i64>,
    ) {
        let units: u64 = held.values().map(|(units, _)| u64::from(*units)).sum();
        let customers: BTreeSet<u32> = held.values().map(|(_, customer)| *customer).collect();
        self.campaign_id.append_value(offer.campaign_id());
        self.observed_at.append_value(observed_at);
        let counts = [held.len() as i64, units as i64, customers.len() as i64];
        self.counts.iter_mut().zip(counts).for_each(|(builder, count)| builder.append_value(count));
        self.amount.append_value(i128::from(units) * i128::from(offer.terms.price));
        self.recorded_at.append_option(recorded_at);
    }

    pub(crate) fn finish(mut self) -> Result<RecordBatch, SimulateError> {
        let [orders, units, customers] =
            self.counts.each_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef);
        batch(vec![
            ("campaign_id", Arc::new(self.campaign_id.finish())),
            ("observed_at", Arc::new(self.observed_at.finish())),
            ("orders", orders),
            ("units", units),
            ("amount", Arc::new(self.amount.finish())),
            ("customers", customers),
            ("recorded_at", Arc::new(self.recorded_at.finish())),
        ])
    }
}

pub(crate) struct Views {
    product_id: StringBuilder,
    hour: TimestampMicrosecondBuilder,
    channel: StringBuilder,
    views: Int64Builder,
    visitors: Int64Builder,
    recorded_at: TimestampMicrosecondBuilder,
}

impl Default for Views {
    fn default() -> Self {
        Self {
            product_id: StringBuilder::new(),
            hour: instants(),
            channel: StringBuilder::new(),
            views: Int64Builder::new(),
            visitors: Int64Builder::new(),
            recorded_at: instants(),
        }
    }
}

impl Views {
    pub(crate) fn push(
        &mut self,
        product: &str,
        hour: i64,
        channel: &str,
        views: u32,
        visitors: u32,
        recorded_at: Option<i64>,
    ) {
        self.product_id.append_value(product);
        self.hour.append_value(hour);
        self.channel.append_value(channel);
        self.views.append_value(i64::from(views));
        self.visitors.append_value(i64::from(visitors));
        self.recorded_at.append_option(recorded_at);
    }

    pub(crate) fn finish(mut self) -> Result<RecordBatch, SimulateError> {
        batch(vec![
            ("product_id", Arc::new(self.product_id.finish())),
            ("hour", Arc::new(self.hour.finish())),
            ("channel", Arc::new(self.channel.finish())),
            ("views", Arc::new(self.views.finish())),
            ("visitors", Arc::new(self.visitors.finish())),
            ("recorded_at", Arc::new(self.recorded_at.finish())),
        ])
    }
}

pub(crate) struct Signals {
    text: String,
    texts: [StringBuilder; 4],
    at: TimestampMicrosecondBuilder,
    count: Int64Builder,
    recorded_at: TimestampMicrosecondBuilder,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            text: String::new(),
            texts: Default::default(),
            at: instants(),
            count: Int64Builder::new(),
            recorded_at: instants(),
        }
    }
}

impl Signals {
    #[expect(clippy::too_many_arguments, reason = "they are the columns of the table")]
    pub(crate) fn push(
        &mut self,
        offer: &str,
        place: u32,
        product: &str,
        at: i64,
        kind: &str,
        channel: &str,
        recorded_at: Option<i64>,
    ) {
        let [signal_id, product_id, kinds, channels] = &mut self.texts;
        self.text.clear();
        write!(self.text, "s-{offer}-{place}").expect("memory takes text");
        signal_id.append_value(&self.text);
        product_id.append_value(product);
        kinds.append_value(kind);
        channels.append_value(channel);
        self.at.append_value(at);
        self.count.append_value(1);
        self.recorded_at.append_option(recorded_at);
    }

    pub(crate) fn finish(mut self) -> Result<RecordBatch, SimulateError> {
        let [signal_id, product_id, kind, channel] =
            self.texts.each_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef);
        batch(vec![
            ("signal_id", signal_id),
            ("product_id", product_id),
            ("occurred_at", Arc::new(self.at.finish())),
            ("kind", kind),
            ("channel", channel),
            ("count", Arc::new(self.count.finish())),
            ("recorded_at", Arc::new(self.recorded_at.finish())),
        ])
    }
}
