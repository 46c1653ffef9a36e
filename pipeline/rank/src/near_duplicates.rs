//! Which offers have nearly the title of another: a second item like a recent one takes orders from both.

use std::collections::{BTreeSet, HashMap};

use slotcast_core::NaiveDate;

/// Titles share so many of their pairs of letters (P. Jaccard, New Phytologist 11, 1912), or more, if they are
/// nearly the same.
const ALIKE: f64 = 0.75;

/// An offer with its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Titled {
    /// The offer.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The slot in which it was, or is, offered.
    pub slot_date: NaiveDate,
}

/// For each offer of a list the place among `others` of the one with the most similar title, if they are nearly the
/// same; of equally similar ones the latest, then the first by id. An offer is no duplicate of itself.
pub fn near_duplicates(listed: &[Titled], others: &[Titled]) -> Vec<Option<usize>> {
    let pairs: Vec<BTreeSet<[char; 2]>> = others.iter().map(|other| pairs_of(&other.title)).collect();
    let mut having: HashMap<[char; 2], Vec<usize>> = HashMap::new();
    for (place, pairs) in pairs.iter().enumerate() {
        pairs.iter().for_each(|pair| having.entry(*pair).or_default().push(place));
    }
    let mut shared = vec![0_usize; others.len()];
    let nearest = |one: &Titled| {
        let own = pairs_of(&one.title);
        let mut met = Vec::new();
        for place in own.iter().filter_map(|pair| having.get(pair)).flatten() {
            if shared[*place] == 0 {
                met.push(*place);
            }
            shared[*place] += 1;
        }
        let mut best: Option<(f64, usize)> = None;
        for place in met {
            let common = std::mem::take(&mut shared[place]);
            let alike = common as f64 / (own.len() + pairs[place].len() - common) as f64;
            let is_itself = others[place].id == one.id && others[place].slot_date == one.slot_date;
            if alike < ALIKE || is_itself {
                continue;
            }
            let is_better = best.is_none_or(|(most, held)| {
                let order = alike.total_cmp(&most);
                let order = order.then(others[place].slot_date.cmp(&others[held].slot_date));
                order.then(others[held].id.cmp(&others[place].id)).is_gt()
            });
            if is_better {
                best = Some((alike, place));
            }
        }
        best.map(|(_, place)| place)
    };
    listed.iter().map(nearest).collect()
}

/// Pairs of neighbouring letters and digits, small, within words and across them.
fn pairs_of(title: &str) -> BTreeSet<[char; 2]> {
    let letters: Vec<char> =
        title.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    letters.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(id: &str, title: &str, day: u32) -> Titled {
        let slot_date = NaiveDate::from_ymd_opt(2016, 3, day).unwrap();
        Titled { id: id.to_owned(), title: title.to_owned(), slot_date }
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
    fn an_offer_is_no_duplicate_of_itself_but_of_an_earlier_run() {
        let listed = [titled("a", "원목 독서대", 15), titled("b", "원목 독서대", 15)];
        let others = [listed[0].clone(), listed[1].clone(), titled("a", "원목 독서대", 1)];
        assert_eq!(near_duplicates(&listed, &others), [Some(1), Some(0)]);
        assert_eq!(near_duplicates(&listed[..1], &others[..1]), [None]);
    }
}
