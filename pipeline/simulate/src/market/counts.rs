//! What was written, and how often each trap was sprung.

/// Rows by table, and traps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Makers and products.
    pub goods: u64,
    /// Versions of candidates.
    pub candidates: u64,
    /// Versions of campaigns.
    pub campaigns: u64,
    /// Order events, repeats among them.
    pub order_events: u64,
    /// Snapshots of orders, where there are no events.
    pub order_snapshots: u64,
    /// Page views, repeats among them.
    pub page_views: u64,
    /// Social signals, repeats among them.
    pub social_signals: u64,
    /// Rows of facts that are no repeats.
    pub fact_rows: u64,
    /// Campaigns that closed.
    pub closed: u64,
    /// Those of them that sold out.
    pub sold_out: u64,
    /// Those of them that bots visited.
    pub bots: u64,
    /// Orders of many units in them.
    pub bulk_orders: u64,
    /// Gifts.
    pub gifts: u64,
    /// Rows recorded late.
    pub late_rows: u64,
    /// Rows that come twice.
    pub repeated_rows: u64,
    /// Order events that were first recorded wrong.
    pub corrections: u64,
}

impl Counts {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        let dimensions = self.goods + self.candidates + self.campaigns;
        dimensions + self.order_events + self.order_snapshots + self.page_views + self.social_signals
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.goods, other.goods),
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
