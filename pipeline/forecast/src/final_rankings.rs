//! Final rankings: the last list of each slot before it opened.

use slotcast_core::{DateTime, NaiveDate, Utc};

use crate::ranked_list::RankedList;

/// The lists that are final as of now: their slot has not opened, and no later run has listed it. `listed` contains
/// the slot and time of the lists that are final so far.
pub fn final_lists<'a>(
    lists: &'a [RankedList],
    listed: &[(NaiveDate, DateTime<Utc>)],
    as_of: DateTime<Utc>,
) -> Vec<&'a RankedList> {
    let is_superseded = |slot: NaiveDate| listed.iter().any(|(date, at)| *date == slot && *at > as_of);
    lists.iter().filter(|list| as_of < list.slot.opens_at && !is_superseded(list.slot.date)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, day, list};

    #[test]
    fn an_opened_slot_or_a_later_list_is_not_replaced() {
        let lists = [list("2016-03-01", &[]), list("2016-03-08", &[])];
        let dates = |listed: &[(NaiveDate, DateTime<Utc>)], time: &str| {
            let lists = final_lists(&lists, listed, at(time));
            lists.iter().map(|list| list.slot.date).collect::<Vec<_>>()
        };
        assert_eq!(dates(&[], "2016-03-01T00:59:59Z"), [day("2016-03-01"), day("2016-03-08")]);
        assert_eq!(dates(&[], "2016-03-01T01:00:00Z"), [day("2016-03-08")]);
        let later = [(day("2016-03-08"), at("2016-02-28T00:00:00Z"))];
        assert_eq!(dates(&later, "2016-02-27T00:00:00Z"), [day("2016-03-01")]);
        assert_eq!(dates(&later, "2016-02-28T00:00:00Z").len(), 2, "a repeated run replaces its own list");
    }
}
