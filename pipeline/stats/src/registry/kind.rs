//! Steps of a build, and the storage of a relation.

/// Storage of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// Computed on each read.
    View,
    /// Computed once per session and held in memory.
    Memory,
    /// Stored in the lake for users. Rows of a partition are sorted by these columns, which form the key.
    Kept(Vec<&'static str>),
    /// Stored in the lake for the next build only, sorted the same way; unsorted without columns.
    Intermediate(Vec<&'static str>),
}

impl RelationKind {
    /// The kind of a head: `view`, `memory`, `kept(a, b)`, `intermediate(a, b)`; a list of columns may be missing.
    pub(crate) fn parse(text: &'static str) -> Option<Self> {
        let (word, columns) = match text.split_once('(') {
            Some((word, columns)) => (word, columns.strip_suffix(')')?.split(',').map(str::trim).collect()),
            None => (text, Vec::new()),
        };
        match (word.trim(), columns.is_empty()) {
            ("view", true) => Some(Self::View),
            ("memory", true) => Some(Self::Memory),
            ("kept", _) => Some(Self::Kept(columns)),
            ("intermediate", _) => Some(Self::Intermediate(columns)),
            _ => None,
        }
    }

    /// Sort columns of stored rows; none for a relation that is not stored.
    pub fn sort_columns(&self) -> Option<&[&'static str]> {
        match self {
            Self::Kept(columns) | Self::Intermediate(columns) => Some(columns),
            Self::View | Self::Memory => None,
        }
    }

    /// Whether rows are stored in the lake.
    pub fn is_stored(&self) -> bool {
        self.sort_columns().is_some()
    }
}

/// Step of a build: the inputs of its relations, and the unit in which they are rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BuildStep {
    /// Makers, products, campaigns, candidates: small, rebuilt every time.
    Dimensions,
    /// Order events and snapshots, per slot of their campaigns.
    Orders,
    /// Social signals, per days from one opening to the next.
    Signals,
    /// Page views, per days from one opening to the next.
    Views,
    /// Orders and views already counted, per days from one opening to the next.
    Conversion,
    /// Orders, signals and views already counted, per slot of the campaigns.
    Funnel,
    /// Knowledge about the offers of a slot, per slot and distance before its opening.
    Features,
    /// Relations over the whole market, each rebuilt as one.
    Market,
}

impl BuildStep {
    /// Every step, in build order.
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

    /// Name of the step.
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

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_parsed() {
        assert_eq!(RelationKind::parse("view"), Some(RelationKind::View));
        assert_eq!(RelationKind::parse("kept"), Some(RelationKind::Kept(vec![])));
        assert_eq!(
            RelationKind::parse("intermediate(campaign_id, step)"),
            Some(RelationKind::Intermediate(vec!["campaign_id", "step"]))
        );
        for wrong in ["stored", "view(day)", "kept(day", ""] {
            assert_eq!(RelationKind::parse(wrong), None, "{wrong}");
        }
    }
}
