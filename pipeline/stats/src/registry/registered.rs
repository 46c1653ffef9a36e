//! Every relation, audit and report.

use std::{
    collections::{BTreeMap, HashSet},
    sync::LazyLock,
};

use super::{
    dependencies::{dependency_order, identifiers},
    header::SqlHeader,
    kind::{BuildStep, RelationKind},
    source_files::{AUDITS as AUDIT_FILES, FEATURES, MARTS, REPORTS as REPORT_FILES, STAGING, SqlFile},
};

/// Features for the slot after the scored one; empty unless the build context asks for that slot.
pub(crate) const OFFER_FEATURES_NEXT: &str = "offer_features_next";
/// Partitions of the last build with their inputs and outputs.
pub(crate) const BUILD_PARTITIONS: &str = "build_partitions";
/// Files of facts known to the last build.
pub(crate) const BUILD_FILES: &str = "build_files";
/// Facts that a correction has moved to another partition, with every version.
pub(crate) const BUILD_MOVED_FACTS: &str = "build_moved_facts";

/// Stored relations without a `.sql` file.
const UNREGISTERED: [&str; 4] = [OFFER_FEATURES_NEXT, BUILD_PARTITIONS, BUILD_FILES, BUILD_MOVED_FACTS];

/// A relation, named after its file.
#[derive(Debug)]
pub struct Relation {
    /// Name of the relation.
    pub name: &'static str,
    /// Step that builds it.
    pub step: BuildStep,
    /// Storage of its rows.
    pub kind: RelationKind,
    /// Query that computes it.
    pub sql: &'static str,
}

/// A query that must return no row. One called `finding_*` is reported and does not stop a run.
#[derive(Debug)]
pub struct Audit {
    /// Name of the audit.
    pub name: &'static str,
    /// Step whose partitions it checks; the whole market for [`BuildStep::Market`].
    pub step: BuildStep,
    /// Meaning of its rows.
    pub finds: &'static str,
    /// Remedy of a finding; `None` for an audit that stops a run.
    pub remedy: Option<&'static str>,
    /// Query that finds them.
    pub sql: &'static str,
}

impl Audit {
    /// Whether its rows are reported and do not stop a run.
    pub(crate) fn is_finding(&self) -> bool {
        self.name.starts_with("finding_")
    }
}

/// A relation computed after ranking.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) name: &'static str,
    /// Whether it is written to the lake, or only serves other reports.
    pub(crate) is_kept: bool,
    pub(crate) sql: &'static str,
}

/// Every relation in build order: by step, then inputs first.
pub static RELATIONS: LazyLock<Vec<Relation>> = LazyLock::new(|| {
    let mut steps: BTreeMap<BuildStep, BTreeMap<&str, &'static SqlFile>> = BTreeMap::new();
    for file in STAGING.iter().chain(MARTS).chain(FEATURES) {
        steps.entry(step(file)).or_default().insert(file.name, file);
    }
    let mut relations = Vec::new();
    for (step, files) in steps {
        let texts = files.iter().map(|(name, file)| (*name, file.text)).collect();
        let relation = |name: &str| {
            let SqlFile { name, text } = files[name];
            Relation { name, step, kind: kind(files[name]), sql: text }
        };
        relations.extend(dependency_order(&texts).into_iter().map(relation));
    }
    relations
});

/// Every audit, by name.
pub static AUDITS: LazyLock<Vec<Audit>> = LazyLock::new(|| {
    let audit = |file: &SqlFile| {
        let SqlHeader { finds, remedy, .. } = SqlHeader::parse(file.text);
        let finds = finds.unwrap_or_else(|| panic!("`{}` lacks `-- finds:`", file.name));
        let audit = Audit { name: file.name, step: step(file), finds, remedy, sql: file.text };
        assert_eq!(audit.is_finding(), remedy.is_some(), "`{}`: only findings have `-- remedy:`", file.name);
        audit
    };
    AUDIT_FILES.iter().map(audit).collect()
});

/// Every report, inputs first.
pub(crate) static REPORTS: LazyLock<Vec<Report>> = LazyLock::new(|| {
    let files: BTreeMap<&str, &SqlFile> = REPORT_FILES.iter().map(|file| (file.name, file)).collect();
    let texts = files.iter().map(|(name, file)| (*name, file.text)).collect();
    let report = |name: &str| {
        let file = files[name];
        Report { name: file.name, is_kept: kind(file).is_stored(), sql: file.text }
    };
    dependency_order(&texts).into_iter().map(report).collect()
});

fn step(file: &SqlFile) -> BuildStep {
    let step = SqlHeader::parse(file.text).step.and_then(BuildStep::parse);
    step.unwrap_or_else(|| panic!("the head of `{}` names no step", file.name))
}

fn kind(file: &SqlFile) -> RelationKind {
    let kind = SqlHeader::parse(file.text).kind.and_then(RelationKind::parse);
    kind.unwrap_or_else(|| panic!("the head of `{}` names no kind", file.name))
}

impl BuildStep {
    /// Relations of the step, in build order.
    pub(crate) fn relations(self) -> impl Iterator<Item = &'static Relation> {
        RELATIONS.iter().filter(move |relation| relation.step == self)
    }

    /// Stored relations of the step, in build order.
    pub(crate) fn stored(self) -> impl Iterator<Item = &'static Relation> {
        self.relations().filter(|relation| relation.kind.is_stored())
    }
}

/// The relation with this name, which must be registered.
pub(crate) fn relation(name: &str) -> &'static Relation {
    RELATIONS.iter().find(|relation| relation.name == name).expect("the relation is registered")
}

/// Names of every relation that a build stores.
pub fn stored_names() -> impl Iterator<Item = &'static str> {
    let stored = RELATIONS.iter().filter(|relation| relation.kind.is_stored());
    stored.map(|relation| relation.name).chain(UNREGISTERED)
}

/// Whether a relation is stored for the next build only, and not for users.
pub fn is_intermediate(name: &str) -> bool {
    let is_registered =
        |relation: &Relation| relation.name == name && matches!(relation.kind, RelationKind::Intermediate(_));
    UNREGISTERED.contains(&name) || RELATIONS.iter().any(is_registered)
}

/// Stored relations of other steps that the relations of a step read.
pub(crate) fn inputs_of_step(step: BuildStep) -> Vec<&'static Relation> {
    let words: HashSet<&str> = step.relations().flat_map(|relation| identifiers(relation.sql)).collect();
    let is_input = |relation: &&Relation| {
        relation.step != step && relation.kind.is_stored() && words.contains(relation.name)
    };
    RELATIONS.iter().filter(is_input).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<'a>(relations: impl IntoIterator<Item = &'a Relation>) -> Vec<&'a str> {
        relations.into_iter().map(|relation| relation.name).collect()
    }

    #[test]
    fn every_file_is_registered() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
        let mut files = Vec::new();
        for folder in ["staging", "marts", "features", "audits", "reports"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                files.push(entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
            }
        }
        let mut registered: Vec<_> = names(RELATIONS.iter()).iter().map(ToString::to_string).collect();
        registered.extend(AUDITS.iter().map(|audit| audit.name.to_owned()));
        registered.extend(REPORTS.iter().map(|report| report.name.to_owned()));
        files.sort();
        registered.sort();
        assert_eq!(files, registered);
    }

    #[test]
    fn a_relation_reads_only_earlier_relations() {
        for (index, relation) in RELATIONS.iter().enumerate() {
            let words = identifiers(relation.sql);
            let later = RELATIONS[index + 1..].iter().find(|other| words.contains(other.name));
            assert!(later.is_none(), "`{}` reads `{}`", relation.name, later.unwrap().name);
        }
    }

    /// Partitions are rebuilt only when they change, so a finding about them would be reported once.
    #[test]
    fn findings_concern_the_market() {
        assert!(AUDITS.iter().all(|audit| !audit.is_finding() || audit.step == BuildStep::Market));
    }

    #[test]
    fn inputs_of_a_step_are_found_in_its_texts() {
        let inputs = |step| names(inputs_of_step(step));
        assert_eq!(inputs(BuildStep::Conversion), ["order_days", "view_days"]);
        let mut funnel = inputs(BuildStep::Funnel);
        funnel.sort_unstable();
        assert_eq!(funnel, ["campaign_orders", "campaign_outcomes", "signal_days", "view_days"]);
        assert_eq!(inputs(BuildStep::Features), ["outcome_versions", "signal_days", "view_days"]);
        assert!(inputs(BuildStep::Orders).is_empty());
    }
}
