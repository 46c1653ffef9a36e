//! Every relation and audit, in the order in which they are built.

use std::collections::HashSet;

/// What becomes of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Computed where it is read.
    View,
    /// Computed once where it is read more than once, not kept.
    Memory,
    /// Kept in the lake for users, within its cell ordered by these columns, which form its key.
    Kept(&'static [&'static str]),
    /// Kept in the lake for the next night, ordered likewise; in no order where there are no columns.
    Working(&'static [&'static str]),
}

impl Kind {
    /// The columns by which kept rows are ordered; none for what is not kept.
    pub fn order(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Kept(order) | Self::Working(order) => Some(order),
            Self::View | Self::Memory => None,
        }
    }
}

/// What a relation is built from, and with what it is built anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Makers, products, campaigns, candidates: small, built every time.
    Dimensions,
    /// The order events and snapshots of the campaigns of a slot.
    Orders,
    /// The social signals of the days from one opening to the next.
    Signals,
    /// The page views of those days.
    Views,
    /// Orders and views of those days, already counted.
    Conversion,
    /// Orders of the campaigns of a slot, and signals and views of the weeks around, already counted.
    Funnel,
    /// What was known of the offers of a slot, for each distance before its opening.
    Features,
    /// Everything that is kept, once a build.
    Market,
}

impl Step {
    /// Every step, in the order in which they are built.
    pub const ALL: [Self; 8] = [
        Self::Dimensions,
        Self::Orders,
        Self::Signals,
        Self::Views,
        Self::Conversion,
        Self::Funnel,
        Self::Features,
        Self::Market,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dimensions => "dimensions",
            Self::Orders => "orders",
            Self::Signals => "signals",
            Self::Views => "views",
            Self::Conversion => "conversion",
            Self::Funnel => "funnel",
            Self::Features => "features",
            Self::Market => "market",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }

    /// The relations that it builds, in order.
    pub(crate) fn relations(self) -> impl Iterator<Item = &'static Relation> {
        RELATIONS.iter().filter(move |relation| relation.step == self)
    }

    /// Those of them that are kept.
    pub(crate) fn kept(self) -> impl Iterator<Item = &'static Relation> {
        self.relations().filter(|relation| relation.kind.order().is_some())
    }
}

/// A relation: its name is that of its file.
#[derive(Debug)]
pub struct Relation {
    /// Its name.
    pub name: &'static str,
    /// What it is built with.
    pub step: Step,
    /// What becomes of it.
    pub kind: Kind,
    /// Its text.
    pub sql: &'static str,
}

/// An audit: a query that must return no row. Those called `finding_*` are reported and do not stop a run.
#[derive(Debug)]
pub struct Audit {
    /// Its name.
    pub name: &'static str,
    /// With what it runs: over the cells that are built, or over the whole market where what it reads changed.
    pub step: Step,
    /// Its text; the first comment says what a row means.
    pub sql: &'static str,
}

impl Audit {
    /// Whether its rows are reported and do not stop a run.
    pub(crate) fn is_finding(&self) -> bool {
        self.name.starts_with("finding_")
    }
}

/// The relation called `name`, which is one of them.
pub(crate) fn relation(name: &str) -> &'static Relation {
    RELATIONS.iter().find(|relation| relation.name == name).expect("it is registered")
}

/// What a build keeps beside the relations of the registry.
const OWN: [&str; 3] = [crate::build::NEXT, crate::build::CELLS, crate::build::PARTS];

/// The names of everything that a build keeps.
pub fn kept_names() -> impl Iterator<Item = &'static str> {
    let own =
        RELATIONS.iter().filter(|relation| relation.kind.order().is_some()).map(|relation| relation.name);
    own.chain(OWN)
}

/// Whether a relation is kept for the next build only, and not for users.
pub fn is_working(name: &str) -> bool {
    OWN.contains(&name)
        || RELATIONS.iter().any(|relation| relation.name == name && matches!(relation.kind, Kind::Working(_)))
}

/// The words of a text, without its comments.
pub(crate) fn words_of(sql: &str) -> HashSet<&str> {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    let said = sql.lines().map(|line| line.split_once("--").map_or(line, |(said, _)| said));
    said.flat_map(|line| line.split(move |letter| !is_letter(letter))).collect()
}

/// The kept relations of other steps that the texts of a step name.
pub(crate) fn read_by(step: Step) -> Vec<&'static Relation> {
    let words: HashSet<&str> = step.relations().flat_map(|relation| words_of(relation.sql)).collect();
    RELATIONS
        .iter()
        .filter(|relation| relation.step != step && relation.kind.order().is_some())
        .filter(|relation| words.contains(relation.name))
        .collect()
}

macro_rules! relations {
    ($($folder:literal $step:ident $name:literal $kind:expr;)*) => {
        /// Every relation, in an order in which each reads only those before it.
        pub static RELATIONS: &[Relation] = &[$(Relation {
            name: $name,
            step: Step::$step,
            kind: $kind,
            sql: include_str!(concat!("../sql/", $folder, "/", $name, ".sql")),
        }),*];
    };
}

macro_rules! audits {
    ($($step:ident $name:literal)*) => {
        /// Every audit.
        pub static AUDITS: &[Audit] = &[$(Audit {
            name: $name,
            step: Step::$step,
            sql: include_str!(concat!("../sql/audits/", $name, ".sql")),
        }),*];
    };
}

relations! {
    "staging" Dimensions "stg_makers" Kind::Memory;
    "staging" Dimensions "stg_products" Kind::Memory;
    "staging" Dimensions "stg_campaigns" Kind::Memory;
    "staging" Dimensions "stg_candidates" Kind::Memory;
    "staging" Dimensions "stg_campaign_slots" Kind::Memory;
    "features" Dimensions "candidate_links" Kind::Memory;
    "staging" Orders "slot_campaigns" Kind::View;
    "staging" Orders "stg_order_events" Kind::View;
    "staging" Orders "stg_order_snapshots" Kind::View;
    "marts" Orders "order_changes" Kind::Memory;
    "marts" Orders "campaign_customers" Kind::Memory;
    "marts" Orders "campaign_crossings" Kind::View;
    "marts" Orders "closed_windows" Kind::View;
    "marts" Orders "order_versions" Kind::Memory;
    "marts" Orders "order_demand_changes" Kind::View;
    "marts" Orders "snapshot_demand_changes" Kind::View;
    "marts" Orders "demand_known" Kind::Memory;
    "marts" Orders "snapshot_counts" Kind::Memory;
    "marts" Orders "campaign_orders" Kind::Working(&["campaign_id"]);
    "marts" Orders "outcome_versions" Kind::Kept(&["campaign_id", "known_at"]);
    "marts" Orders "campaign_outcomes" Kind::Kept(&["campaign_id"]);
    "marts" Orders "campaign_steps" Kind::Working(&["campaign_id", "step"]);
    "marts" Orders "campaign_refunds" Kind::Working(&["campaign_id", "lag_days"]);
    "marts" Orders "order_days" Kind::Working(&[]);
    "marts" Orders "slot_customers" Kind::Working(&[]);
    "marts" Orders "order_checks" Kind::Working(&["event_id", "campaign_id"]);
    "marts" Orders "order_accounts" Kind::Working(&["slot_date"]);
    "staging" Signals "stg_social_signals" Kind::View;
    "marts" Signals "signal_days" Kind::Working(&[]);
    "marts" Signals "signal_daily" Kind::Kept(&[]);
    "staging" Views "stg_page_views" Kind::View;
    "marts" Views "view_days" Kind::Working(&[]);
    "marts" Conversion "conversion_daily" Kind::Kept(&[]);
    "marts" Funnel "campaign_signals" Kind::Memory;
    "marts" Funnel "outcome_signals" Kind::Working(&["campaign_id", "kind"]);
    "marts" Funnel "funnel" Kind::Kept(&["campaign_id"]);
    "features" Features "offers" Kind::Memory;
    "features" Features "offer_pages" Kind::Memory;
    "features" Features "known_outcomes" Kind::Memory;
    "features" Features "offer_records" Kind::View;
    "features" Features "offer_signals" Kind::View;
    "features" Features "offer_feature_values" Kind::Working(&["slot_date", "id"]);
    "marts" Market "moq_counts" Kind::Memory;
    "marts" Market "moq_rates" Kind::Kept(&["dimension", "key"]);
    "marts" Market "calendar_days" Kind::Kept(&["day"]);
    "marts" Market "lost_sales" Kind::Kept(&["campaign_id"]);
    "marts" Market "slot_summary" Kind::Kept(&["slot_date"]);
    "marts" Market "like_for_like" Kind::Kept(&["slot_date", "compared_with"]);
    "marts" Market "refund_lag" Kind::Kept(&["lag_days"]);
    "marts" Market "order_curve" Kind::Kept(&["category", "unit", "hour"]);
    "marts" Market "cohorts" Kind::Kept(&["first_slot", "slots_since"]);
    "marts" Market "signal_campaigns" Kind::Memory;
    "marts" Market "signal_conversion" Kind::Kept(&["category", "kind"]);
    "features" Market "offer_features" Kind::Kept(&["slot_date", "id"]);
}

audits! {
    Orders "orders_conserved"
    Funnel "funnel_complete"
    Market "conversion_within_bounds"
    Market "outcomes_complete"
    Market "rates_within_bounds"
    Market "slots_conserve_campaigns"
    Market "nothing_from_after_t"
    Market "finding_candidates_off_slot"
    Market "finding_stale_facts"
    Market "finding_unusual_volume"
    Market "finding_unknown_products"
    Market "finding_unknown_references"
    Market "finding_cancel_without_order"
    Market "finding_declared_against_count"
    Market "finding_ambiguous_candidates"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_registered() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
        let mut found = Vec::new();
        for folder in ["staging", "marts", "features", "audits"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                found.push(entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
            }
        }
        let mut known: Vec<_> = RELATIONS.iter().map(|relation| relation.name.to_owned()).collect();
        known.extend(AUDITS.iter().map(|audit| audit.name.to_owned()));
        found.sort();
        known.sort();
        assert_eq!(found, known);
    }

    #[test]
    fn steps_come_in_order() {
        assert!(RELATIONS.windows(2).all(|pair| pair[0].step <= pair[1].step));
    }

    /// Cells are built side by side and again only when they change, so a finding among them would be told once.
    #[test]
    fn findings_are_of_the_market() {
        assert!(AUDITS.iter().all(|audit| !audit.is_finding() || audit.step == Step::Market));
    }

    #[test]
    fn what_a_step_reads_is_found_in_its_texts() {
        let names = |step| read_by(step).iter().map(|relation| relation.name).collect::<Vec<_>>();
        assert_eq!(names(Step::Conversion), ["order_days", "view_days"]);
        assert_eq!(names(Step::Funnel), ["campaign_orders", "campaign_outcomes", "signal_days", "view_days"]);
        assert_eq!(names(Step::Features), ["outcome_versions", "signal_days", "view_days"]);
        assert!(names(Step::Orders).is_empty());
    }
}
