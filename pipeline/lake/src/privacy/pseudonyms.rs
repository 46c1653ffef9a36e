//! Pseudonyms: keyed hashes of customer ids.
//!
//! A lake stores no customer id. A customer is known by a hash of id and salt. Candidate ids cannot be
//! tested without the salt, and the same customer has different pseudonyms in different lakes. A copy of a lake
//! for strangers must not contain the file `salt`.

use std::collections::BTreeSet;

use super::salt::{SALT_BYTES, read_salt};
use crate::{error::LakeError, log::Lake};

/// Hex digits of a pseudonym: 64 bits.
///
/// Among a hundred million customers the probability that any two share a pseudonym is 1 in 3,700. The cost
/// of that would be a count of customers that is one too low. Rows have their own keys, so none is lost.
const DIGITS: usize = 16;

/// Context of seeds that are derived from the salt. Another purpose takes another text.
const SEED_CONTEXT: &str = "slotcast 2026-11-25 seed of row hashes";

/// Pseudonyms of the customers of one lake, without the erased ones.
#[derive(Clone)]
pub struct Pseudonyms {
    salt: [u8; SALT_BYTES],
    erased: BTreeSet<String>,
}

impl Pseudonyms {
    pub(crate) fn new(salt: [u8; SALT_BYTES], erased: BTreeSet<String>) -> Self {
        Self { salt, erased }
    }

    /// The pseudonym of a customer. `None` for an erased customer.
    pub fn pseudonym(&self, customer_id: &str) -> Option<String> {
        let pseudonym = self.hash(customer_id);
        (!self.erased.contains(&pseudonym)).then_some(pseudonym)
    }

    /// The hash of a customer id: its pseudonym, even after an erasure.
    pub fn hash(&self, customer_id: &str) -> String {
        let hash = blake3::keyed_hash(&self.salt, customer_id.as_bytes());
        let digit = |index: usize| {
            let byte = hash.as_bytes()[index / 2];
            let half = if index.is_multiple_of(2) { byte >> 4 } else { byte & 15 };
            char::from_digit(u32::from(half), 16).unwrap_or('0')
        };
        (0..DIGITS).map(digit).collect()
    }

    /// Whether the text of a rejected row contains the id of an erased customer, as a field or as a word.
    ///
    /// The lake knows only pseudonyms, so every candidate in the text is hashed.
    pub fn has_erased_customer(&self, raw: &[u8]) -> bool {
        !self.erased.is_empty() && self.has_customer(raw, &self.erased)
    }

    /// Whether the text of a row contains the id of a customer with one of these pseudonyms.
    pub(super) fn has_customer(&self, raw: &[u8], pseudonyms: &BTreeSet<String>) -> bool {
        let raw = String::from_utf8_lossy(raw);
        candidate_ids(&raw).any(|id| pseudonyms.contains(&self.hash(id)))
    }

    /// A seed for hashes of rows, which is secret because it derives from the salt.
    pub fn seed(&self) -> u64 {
        let mut hasher = blake3::Hasher::new_derive_key(SEED_CONTEXT);
        hasher.update(&self.salt);
        let hash = hasher.finalize();
        u64::from_le_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
    }
}

impl std::fmt::Debug for Pseudonyms {
    /// Leaves out the salt, which must not get into a message.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pseudonyms").field("erased", &self.erased.len()).finish_non_exhaustive()
    }
}

/// All texts in a line of CSV, NDJSON or similar that may be an id: quoted texts, fields between common
/// separators, and words of letters, digits and punctuation of ids.
fn candidate_ids(raw: &str) -> impl Iterator<Item = &str> {
    let quoted = raw.split('"');
    let fields = raw.split([',', ';', '\t', '|', '"', '\n', '\r']);
    let words = raw.split(|letter: char| !letter.is_alphanumeric() && !"-_.@+".contains(letter));
    quoted.chain(fields).chain(words).map(str::trim).filter(|id| !id.is_empty())
}

impl Lake {
    /// The pseudonyms of this lake.
    ///
    /// # Errors
    /// If the salt or the ledger of erasures cannot be read.
    pub async fn pseudonyms(&self) -> Result<Pseudonyms, LakeError> {
        let salt = read_salt(self.layout())?;
        let erased = self.erasures().await?.into_iter().map(|erasure| erasure.pseudonym).collect();
        Ok(Pseudonyms::new(salt, erased))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::{schema::MarketConfig, storage::TableId, testing};

    #[tokio::test]
    async fn pseudonyms_are_stable_in_a_lake_and_differ_between_lakes() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        let first = lake.pseudonyms().await.unwrap();
        let pseudonym = first.pseudonym("c-1").unwrap();
        assert!(pseudonym.len() == DIGITS, "{pseudonym}");
        assert!(pseudonym.bytes().all(|digit| digit.is_ascii_hexdigit()), "{pseudonym}");
        // Another salt is ignored.
        let again = Lake::open_or_create(folder.path(), &MarketConfig::default(), "test", [9; 32]).unwrap();
        let again = again.pseudonyms().await.unwrap();
        assert_eq!((again.pseudonym("c-1"), again.seed()), (Some(pseudonym.clone()), first.seed()));
        let elsewhere = tempfile::tempdir().unwrap();
        let other =
            Lake::open_or_create(elsewhere.path(), &MarketConfig::default(), "test", [9; 32]).unwrap();
        let other = other.pseudonyms().await.unwrap();
        assert_ne!(other.pseudonym("c-1"), Some(pseudonym));
        assert_ne!(other.seed(), first.seed());
        let mode = std::fs::metadata(lake.layout().salt()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{first:?}").contains('7'), "the salt is not printed");
    }

    #[test]
    fn a_lake_with_orders_gets_no_second_salt() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        std::fs::create_dir_all(lake.layout().table(&TableId::facts("order_events"))).unwrap();
        std::fs::remove_file(lake.layout().salt()).unwrap();
        let market = MarketConfig::default();
        let refused = Lake::open_or_create(folder.path(), &market, "test", [9; 32]).unwrap_err();
        assert!(refused.to_string().contains("salt` is damaged: it is missing"), "{refused}");
    }

    #[test]
    fn erased_customers_are_found_in_raw_rows() {
        let all = Pseudonyms::new([7; 32], BTreeSet::new());
        let erased = ["kim.7", "C 12", "17"].map(|id| all.pseudonym(id).unwrap());
        let pseudonyms = Pseudonyms::new([7; 32], erased.into());
        assert_eq!(pseudonyms.pseudonym("kim.7"), None);
        assert_eq!(pseudonyms.pseudonym("kim.8"), all.pseudonym("kim.8"));
        for raw in [
            "e1,o1,kim.7,placed",
            "e1;o1; kim.7 ;placed",
            "\"C 12\",o1",
            "o1,C 12\r\n",
            r#"{"event_id":"e1","customer_id":"kim.7"}"#,
            r#"{"customer_id":17,"event_id":"e1"}"#,
        ] {
            assert!(pseudonyms.has_erased_customer(raw.as_bytes()), "{raw}");
        }
        for raw in ["e1,o1,kim.71,placed", "e17,o1,akim.7", "C 1,C 2"] {
            assert!(!pseudonyms.has_erased_customer(raw.as_bytes()), "{raw}");
        }
        assert!(!all.has_erased_customer(b"e1,o1,kim.7,placed"));
    }
}
