//! Numbers of rows and anomalies written.

/// Rows by table, and anomalies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarketCounts {
    /// Rows of makers and products.
    pub dimensions: u64,
    /// Rows of candidates, one per version.
    pub candidates: u64,
    /// Rows of campaigns, one per version.
    pub campaigns: u64,
    /// Rows of order events, repeats included.
    pub order_events: u64,
    /// Rows of order snapshots.
    pub order_snapshots: u64,
    /// Rows of page views, repeats included.
    pub page_views: u64,
    /// Rows of social signals, repeats included.
    pub social_signals: u64,
    /// Fact rows, repeats excluded.
    pub fact_rows: u64,
    /// Closed campaigns.
    pub closed: u64,
    /// Closed campaigns that sold out.
    pub sold_out: u64,
    /// Closed campaigns with a bot attack.
    pub bots: u64,
    /// Orders of many units in closed campaigns.
    pub bulk_orders: u64,
    /// Orders that are gifts.
    pub gifts: u64,
    /// Fact rows recorded late.
    pub late_rows: u64,
    /// Fact rows that are repeated.
    pub repeated_rows: u64,
    /// Order events first recorded with wrong units.
    pub corrections: u64,
}

impl MarketCounts {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        let dimensions = self.dimensions + self.candidates + self.campaigns;
        dimensions + self.order_events + self.order_snapshots + self.page_views + self.social_signals
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.dimensions, other.dimensions),
            (&mut self.candidates, other.candidates),
            (&mut self.campaigns, other.campaigns),
            (&mut self.order_events, other.order_events),
            (&mut self.order_snapshots, other.order_snapshots),
            (&mut self.page_views, other.page_views),
            (&mut self.social_signals, other.social_signals),
            (&mut self.fact_rows, other.fact_rows),
            (&mut self.closed, other.closed),
            (&mut self.sold_out, other.sold_out),
            (&mut self.bots, other.bots),
            (&mut self.bulk_orders, other.bulk_orders),
            (&mut self.gifts, other.gifts),
            (&mut self.late_rows, other.late_rows),
            (&mut self.repeated_rows, other.repeated_rows),
            (&mut self.corrections, other.corrections),
        ];
        pairs.into_iter().for_each(|(own, more)| *own += more);
    }
}
