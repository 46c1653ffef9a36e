//! English.

use super::tongue::Tongue;
use crate::figures::grouped;

pub(super) static TONGUE: Tongue = Tongue {
    labels: LABELS,
    kinds: KINDS,
    attributes: ATTRIBUTES,
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    no_yes: ["no", "yes"],
    days: |value, text| format!("{text} {}", if value == 1.0 { "day" } else { "days" }),
    ratio: |text| format!("about {text}"),
    record: |label, hits, n| {
        if n <= 0.0 {
            return format!("{label} record: none yet");
        }
        format!("{label} record {} of {} hit", grouped(hits, 1), grouped(n, 1))
    },
    missing: |label| format!("{label} not known"),
    in_days: |kind, days| format!("{kind} in {days} days"),
    per_threshold: |kind| format!("{kind} per unit of threshold"),
    earlier: |kind| format!("ratio of {kind} at earlier offers to now"),
};

/// In the order of `ko`.
const LABELS: &[(&str, &str)] = &[
    ("log_threshold", "threshold"),
    ("threshold", "threshold"),
    ("threshold_basis", "threshold in"),
    ("window_days", "selling window"),
    ("category", "category"),
    ("category_rate", "category"),
    ("maker", "maker"),
    ("maker_kind", "kind of maker"),
    ("maker_campaigns", "earlier campaigns of the maker"),
    ("days_since_maker_last", "since the maker's last campaign"),
    ("artist", "artist"),
    ("artist_campaigns", "earlier campaigns of the artist"),
    ("product_campaigns", "earlier campaigns of the product"),
    ("log_earlier_offers", "earlier offers of the product"),
    ("opens_weekday", "opening weekday"),
    ("opens_month", "opening month"),
    ("log_price", "price"),
    ("price", "price"),
    ("log_capacity", "capacity"),
    ("capacity", "capacity"),
    ("log_capacity_per_threshold", "capacity per unit of threshold"),
    ("rivals_in_slot", "rivals in the slot"),
    ("rivals_in_category", "rivals of its category in the slot"),
    ("is_encore", "encore"),
    ("title", "words of the title"),
    ("title_length", "length of the title"),
    ("log_views_per_threshold", "views per unit of threshold"),
    ("log_visitors_per_threshold", "visitors per unit of threshold"),
    ("log_recent_alerts_per_threshold", "alerts in 7 days per unit of threshold"),
];

/// In the order of `ko`.
const KINDS: &[(&str, &str)] = &[
    ("alert", "alerts"),
    ("wish", "wishes"),
    ("share", "shares"),
    ("like", "likes"),
    ("comment", "comments"),
    ("mention", "mentions"),
    ("gift", "gifts"),
    ("reorder_request", "reorder requests"),
    ("view", "views"),
    ("visitor", "visitors"),
];

/// Attributes that sources are known to have, without their prefix. In the order of `ko`.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("title_chars", "characters in the title"),
    ("title_words", "words in the title"),
    ("headline", "headline"),
    ("headline_chars", "characters in the headline"),
    ("headline_words", "words in the headline"),
    ("about_len", "length of the description"),
    ("budget_len", "length of the budget"),
    ("has_video", "has video"),
    ("subcategory", "subcategory"),
    ("state", "state"),
    ("country", "country"),
    ("currency", "currency"),
    ("own_currency", "currency"),
];
