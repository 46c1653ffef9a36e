//! Near-duplicate titles: an item like a recent one splits its demand with it.

use std::collections::{BTreeSet, HashMap};

use slotcast_core::NaiveDate;

/// Minimum Jaccard similarity of the titles' character bigrams (P. Jaccard, New Phytologist 11, 1912).
const MIN_SIMILARITY: f64 = 0.75;

/// An offer with its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitledOffer {
    /// The offer's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The slot of the offer.
    pub slot_date: NaiveDate,
}

/// Index among `others` of the most similar near-duplicate of each listed offer; ties go to the latest slot, then to the
/// first id. An offer is no duplicate of itself.
pub fn near_duplicates(listed: &[TitledOffer], others: &[TitledOffer]) -> Vec<Option<usize>> {
    let other_bigrams: Vec<BTreeSet<[char; 2]>> = others.iter().map(|other| bigrams(&other.title)).collect();
    let mut inverted_index: HashMap<[char; 2], Vec<usize>> = HashMap::new();
    for (other, bigrams) in other_bigrams.iter().enumerate() {
        bigrams.iter().for_each(|bigram| inverted_index.entry(*bigram).or_default().push(other));
    }
    let mut shared = vec![0_usize; others.len()];
    let most_similar = |offer: &TitledOffer| {
        let own = bigrams(&offer.title);
        let mut candidates = Vec::new();
        for other in own.iter().filter_map(|bigram| inverted_index.get(bigram)).flatten() {
            if shared[*other] == 0 {
                candidates.push(*other);
            }
            shared[*other] += 1;
        }
        let mut best: Option<(f64, usize)> = None;
        for other in candidates {
            let common = std::mem::take(&mut shared[other]);
            let similarity = common as f64 / (own.len() + other_bigrams[other].len() - common) as f64;
            let is_itself = others[other].id == offer.id && others[other].slot_date == offer.slot_date;
            if similarity < MIN_SIMILARITY || is_itself {
                continue;
            }
            let is_better = best.is_none_or(|(best_similarity, best)| {
                let order = similarity.total_cmp(&best_similarity);
                let order = order.then(others[other].slot_date.cmp(&others[best].slot_date));
                order.then(others[best].id.cmp(&others[other].id)).is_gt()
            });
            if is_better {
                best = Some((similarity, other));
            }
        }
        best.map(|(_, other)| other)
    };
    listed.iter().map(most_similar).collect()
}

/// Pairs of adjacent letters and digits in lower case, within words and across them.
fn bigrams(title: &str) -> BTreeSet<[char; 2]> {
    let letters: Vec<char> =
        title.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    letters.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(id: &str, title: &str, day: u32) -> TitledOffer {
        let slot_date = NaiveDate::from_ymd_opt(2016, 3, day).unwrap();
        TitledOffer { id: id.to_owned(), title: title.to_owned(), slot_date }
    }

    #[test]
    fn the_most_similar_title_is_found() {
        let others = [
            titled("a", "겨울 양말 10켤레", 1),
            titled("b", "겨울양말 10켤레!", 8),
            titled("c", "여름 양말 10켤레 세트", 8),
            titled("d", "Wool socks, ten pairs", 1),
        ];
        let listed = [
            titled("x", "겨울 양말 10켤레", 15),
            titled("y", "WOOL SOCKS ten pairs", 15),
            titled("z", "양", 15),
        ];
        assert_eq!(near_duplicates(&listed, &others), [Some(1), Some(3), None]);
    }

    #[test]
    fn an_offer_duplicates_its_earlier_run_but_not_itself() {
        let listed = [titled("a", "원목 독서대", 15), titled("b", "원목 독서대", 15)];
        let others = [listed[0].clone(), listed[1].clone(), titled("a", "원목 독서대", 1)];
        assert_eq!(near_duplicates(&listed, &others), [Some(1), Some(0)]);
        assert_eq!(near_duplicates(&listed[..1], &others[..1]), [None]);
    }
}
