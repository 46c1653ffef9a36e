//! Every relation and audit, in the order in which they are built.

/// Where a relation stands; it reads its own layer and those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Facts with their versions.
    Staging,
    /// What happened.
    Marts,
    /// What was known of an offer at its T.
    Features,
}

/// What becomes of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Computed where it is read.
    View,
    /// Computed once a build, read by others, not kept.
    Memory,
    /// Kept in the lake, ordered by these columns, the first of which form its key.
    Kept(&'static [&'static str]),
}

/// A relation: its name is that of its file.
#[derive(Debug)]
pub struct Relation {
    /// Its name.
    pub name: &'static str,
    /// Its layer, which is its folder.
    pub layer: Layer,
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
    /// Its text; the first comment says what a row means.
    pub sql: &'static str,
}

/// A relation and everything that it reads, directly or not, in the order in which they are built.
///
/// What a text reads is every word in it that is the name of a relation: a comment may name one too
/// many, never one too few.
pub(crate) fn needed_for(name: &str) -> Vec<&'static Relation> {
    let mut wanted = vec![name];
    let mut needed: Vec<&'static Relation> = Vec::new();
    for relation in RELATIONS.iter().rev() {
        if wanted.contains(&relation.name) {
            wanted.extend(relation.sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
            needed.push(relation);
        }
    }
    needed.reverse();
    needed
}

macro_rules! relations {
    ($($folder:literal $layer:ident $name:literal $kind:expr;)*) => {
        /// Every relation, in an order in which each reads only those before it.
        pub static RELATIONS: &[Relation] = &[$(Relation {
            name: $name,
            layer: Layer::$layer,
            kind: $kind,
            sql: include_str!(concat!("../sql/", $folder, "/", $name, ".sql")),
        }),*];
    };
}

macro_rules! audits {
    ($($name:literal)*) => {
        /// Every audit.
        pub static AUDITS: &[Audit] = &[$(Audit {
            name: $name,
            sql: include_str!(concat!("../sql/audits/", $name, ".sql")),
        }),*];
    };
}

relations! {
    "staging" Staging "stg_makers" Kind::Memory;
    "staging" Staging "stg_products" Kind::Memory;
    "staging" Staging "stg_campaigns" Kind::Memory;
    "staging" Staging "stg_candidates" Kind::Memory;
    "staging" Staging "stg_order_events" Kind::View;
    "staging" Staging "stg_order_snapshots" Kind::View;
    "staging" Staging "stg_page_views" Kind::View;
    "staging" Staging "stg_social_signals" Kind::View;
    "staging" Staging "stg_campaign_slots" Kind::Memory;
    "staging" Staging "stg_zone_offsets" Kind::Memory;
    "marts" Marts "order_demand_changes" Kind::View;
    "marts" Marts "snapshot_demand_changes" Kind::View;
    "marts" Marts "demand_known" Kind::Memory;
    "marts" Marts "outcome_versions" Kind::Kept(&["campaign_id", "known_at"]);
    "marts" Marts "order_progress" Kind::Memory;
    "marts" Marts "snapshot_counts" Kind::View;
    "marts" Marts "campaign_outcomes" Kind::Kept(&["campaign_id"]);
    "marts" Marts "moq_counts" Kind::Memory;
    "marts" Marts "moq_rates" Kind::Kept(&["dimension", "key"]);
    "marts" Marts "slot_summary" Kind::Kept(&["slot_date"]);
    "marts" Marts "signal_daily" Kind::Kept(&["product_id", "day", "kind"]);
    "marts" Marts "conversion_daily" Kind::Kept(&["product_id", "day", "channel"]);
    "marts" Marts "refund_lag" Kind::Kept(&["lag_days"]);
    "marts" Marts "order_steps" Kind::View;
    "marts" Marts "order_curve" Kind::Kept(&["category", "unit", "hour"]);
    "marts" Marts "campaign_signals" Kind::Memory;
    "marts" Marts "funnel" Kind::Kept(&["campaign_id"]);
    "marts" Marts "cohorts" Kind::Kept(&["first_slot", "slots_since"]);
    "marts" Marts "signal_conversion" Kind::Kept(&["category", "kind"]);
    "features" Features "candidate_links" Kind::Memory;
    "features" Features "offers" Kind::Memory;
    "features" Features "offer_campaigns" Kind::View;
    "features" Features "offer_pages" Kind::Memory;
    "features" Features "offer_records" Kind::View;
    "features" Features "offer_signals" Kind::View;
    "features" Features "product_slots" Kind::Kept(&["slot_date", "id"]);
}

audits! {
    "unique_campaign_outcomes"
    "unique_product_slots"
    "outcomes_complete"
    "rates_within_bounds"
    "slots_conserve_campaigns"
    "nothing_from_after_t"
    "finding_candidates_off_slot"
    "finding_unknown_products"
    "finding_unknown_references"
    "finding_cancel_without_order"
    "finding_declared_against_count"
    "finding_ambiguous_candidates"
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
    fn only_what_is_read_is_needed() {
        let names = |name| needed_for(name).iter().map(|relation| relation.name).collect::<Vec<_>>();
        let needed = names("product_slots");
        assert_eq!(needed.last(), Some(&"product_slots"));
        assert!(needed.contains(&"stg_campaigns") && needed.contains(&"outcome_versions"));
        assert!(!needed.contains(&"cohorts") && !needed.contains(&"order_curve"), "{needed:?}");
        // In the order in which they are built.
        let place = |name: &&str| RELATIONS.iter().position(|relation| relation.name == *name);
        assert!(needed.is_sorted_by_key(place));
        assert_eq!(names("nothing"), Vec::<&str>::new());
    }

    #[test]
    fn layers_come_in_order() {
        assert!(RELATIONS.windows(2).all(|pair| pair[0].layer <= pair[1].layer));
    }
}
