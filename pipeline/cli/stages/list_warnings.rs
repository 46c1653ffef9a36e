//! Warnings about ranked lists.

use slotcast_forecast::{ROLLED_BACK, RankedList};
use slotcast_models::ModelKind;

/// Key of a warning in the text catalog, with the values of its placeholders.
pub(crate) type ListWarning = (&'static str, Vec<(&'static str, String)>);

/// Warnings about the lists, without duplicates: no model, a model without skill, or an order other than `p_hit`.
pub(crate) fn list_warnings(lists: &[RankedList]) -> Vec<ListWarning> {
    let mut warnings: Vec<ListWarning> = Vec::new();
    for warning in lists.iter().flat_map(warnings_of) {
        if !warnings.iter().any(|(key, _)| *key == warning.0) {
            warnings.push(warning);
        }
    }
    warnings
}

fn warnings_of(list: &RankedList) -> Vec<ListWarning> {
    let Some(model) = &list.model else { return vec![("no_outcome", Vec::new())] };
    let counts = vec![("n", model.n_rows().to_string()), ("hits", model.n_hits().to_string())];
    let base_rate = (model.kind() == ModelKind::BaseRate).then(|| match list.reason.as_str() {
        "too_few_outcomes" => ("base_rate_too_few_outcomes", counts),
        ROLLED_BACK => ("base_rate_rolled_back", Vec::new()),
        _ => ("base_rate_no_better_model", Vec::new()),
    });
    let order = list.offers.first().map(|first| &first.ranked_by);
    let order = order.filter(|by| model.ordered_by().as_ref() == Some(*by));
    base_rate.into_iter().chain(order.map(|by| ("other_order", vec![("order", by.clone())]))).collect()
}
