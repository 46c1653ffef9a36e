//! Columns of page views and social signals under construction.

use std::{fmt::Write, sync::Arc};

use arrow::array::{ArrayRef, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder};

use super::columns::{TableBuilder, instant_builder};
use crate::error::SimulateError;

pub(crate) struct PageViewColumns {
    product_id: StringBuilder,
    hour: TimestampMicrosecondBuilder,
    channel: StringBuilder,
    views: Int64Builder,
    visitors: Int64Builder,
    recorded_at: TimestampMicrosecondBuilder,
}

impl Default for PageViewColumns {
    fn default() -> Self {
        Self {
            product_id: StringBuilder::new(),
            hour: instant_builder(),
            channel: StringBuilder::new(),
            views: Int64Builder::new(),
            visitors: Int64Builder::new(),
            recorded_at: instant_builder(),
        }
    }
}

impl PageViewColumns {
    pub(crate) fn push(
        &mut self,
        product: &str,
        hour: i64,
        channel: &str,
        (views, visitors): (u32, u32),
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
        TableBuilder::default()
            .column("product_id", Arc::new(self.product_id.finish()))
            .column("hour", Arc::new(self.hour.finish()))
            .column("channel", Arc::new(self.channel.finish()))
            .column("views", Arc::new(self.views.finish()))
            .column("visitors", Arc::new(self.visitors.finish()))
            .column("recorded_at", Arc::new(self.recorded_at.finish()))
            .finish()
    }
}

/// A social signal of an offer.
pub(crate) struct SignalRow<'a> {
    /// Name of the offer.
    pub(crate) offer: &'a str,
    /// Number of the signal within the offer.
    pub(crate) number: u32,
    pub(crate) product: &'a str,
    pub(crate) at: i64,
    pub(crate) kind: &'a str,
    pub(crate) channel: &'a str,
}

pub(crate) struct SignalColumns {
    buffer: String,
    texts: [StringBuilder; 4],
    at: TimestampMicrosecondBuilder,
    count: Int64Builder,
    recorded_at: TimestampMicrosecondBuilder,
}

impl Default for SignalColumns {
    fn default() -> Self {
        Self {
            buffer: String::new(),
            texts: Default::default(),
            at: instant_builder(),
            count: Int64Builder::new(),
            recorded_at: instant_builder(),
        }
    }
}

impl SignalColumns {
    pub(crate) fn push(&mut self, row: &SignalRow<'_>, recorded_at: Option<i64>) {
        let [signal_id, product_id, kind, channel] = &mut self.texts;
        self.buffer.clear();
        write!(self.buffer, "s-{}-{}", row.offer, row.number).expect("a string takes text");
        signal_id.append_value(&self.buffer);
        product_id.append_value(row.product);
        kind.append_value(row.kind);
        channel.append_value(row.channel);
        self.at.append_value(row.at);
        self.count.append_value(1);
        self.recorded_at.append_option(recorded_at);
    }

    pub(crate) fn finish(mut self) -> Result<RecordBatch, SimulateError> {
        let [signal_id, product_id, kind, channel] =
            self.texts.each_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef);
        TableBuilder::default()
            .column("signal_id", signal_id)
            .column("product_id", product_id)
            .column("occurred_at", Arc::new(self.at.finish()))
            .column("kind", kind)
            .column("channel", channel)
            .column("count", Arc::new(self.count.finish()))
            .column("recorded_at", Arc::new(self.recorded_at.finish()))
            .finish()
    }
}
