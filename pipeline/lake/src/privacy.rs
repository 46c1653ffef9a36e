//! Customers under other names.
//!
//! A lake keeps no customer's id. It has a salt, thirty-two random bytes made with it, and a customer
//! is known by a hash of id and salt: who has the lake without its salt cannot try ids out, and the
//! same customer has another name in another lake. Whoever copies a lake to strangers leaves the
//! file `salt` behind.

use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
};

use crate::{
    error::LakeError,
    layout::{Layout, TableId},
    parquet_file::sync_folder,
    store::Lake,
};

/// How many hex digits of the hash a pseudonym has. 64 bits: among a hundred million customers the
/// chance that any two share a name is 1 in 3,700, and then a count of customers is one too low.
/// Nothing is lost by it: rows are told apart by their own keys.
const DIGITS: usize = 16;

/// What seeds derived from the salt are for; another purpose takes another text.
const SEED_CONTEXT: &str = "slotcast 2026-11-25 seed of row hashes";

/// Turns ids of customers into pseudonyms, and refuses those who were forgotten.
#[derive(Clone)]
pub struct Pseudonyms {
    salt: [u8; 32],
    forgotten: BTreeSet<String>,
}

impl Pseudonyms {
    pub(crate) fn new(salt: [u8; 32], forgotten: BTreeSet<String>) -> Self {
        Self { salt, forgotten }
    }

    /// The pseudonym of a customer; none of one who was forgotten.
    pub fn of(&self, customer_id: &str) -> Option<String> {
        let pseudonym = self.ever_of(customer_id);
        (!self.forgotten.contains(&pseudonym)).then_some(pseudonym)
    }

    /// Whether a rejected row, raw as it came, names a customer who was forgotten: as a field, or as a
    /// word of one. The lake does not know that id, only its pseudonym, so every word is tried.
    pub fn names_forgotten(&self, raw: &[u8]) -> bool {
        !self.forgotten.is_empty() && self.names_any(raw, &self.forgotten)
    }

    /// A number that nobody can know without the salt, to seed hashes of rows.
    pub fn seed(&self) -> u64 {
        let mut hasher = blake3::Hasher::new_derive_key(SEED_CONTEXT);
        hasher.update(&self.salt);
        let hash = hasher.finalize();
        u64::from_le_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
    }

    /// The pseudonym that a customer has, or had before being forgotten: to find what is to be erased.
    pub fn ever_of(&self, customer_id: &str) -> String {
        let hash = blake3::keyed_hash(&self.salt, customer_id.as_bytes());
        let digit = |place: usize| {
            let byte = hash.as_bytes()[place / 2];
            let half = if place.is_multiple_of(2) { byte >> 4 } else { byte & 15 };
            char::from_digit(u32::from(half), 16).unwrap_or('0')
        };
        (0..DIGITS).map(digit).collect()
    }

    pub(crate) fn names_any(&self, raw: &[u8], pseudonyms: &BTreeSet<String>) -> bool {
        let raw = String::from_utf8_lossy(raw);
        words(&raw).any(|word| pseudonyms.contains(&self.ever_of(word)))
    }
}

impl std::fmt::Debug for Pseudonyms {
    /// Without the salt: it must not get into a message.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pseudonyms").field("forgotten", &self.forgotten.len()).finish_non_exhaustive()
    }
}

/// Everything in a line of CSV, NDJSON or the like that may be an id: what stands between quotes,
/// fields between the usual separators, and runs of letters, digits and what joins them in ids.
fn words(raw: &str) -> impl Iterator<Item = &str> {
    let quoted = raw.split('"');
    let fields = raw.split([',', ';', '\t', '|', '"', '\n', '\r']);
    let plain = raw.split(|letter: char| !letter.is_alphanumeric() && !"-_.@+".contains(letter));
    quoted.chain(fields).chain(plain).map(str::trim).filter(|word| !word.is_empty())
}

impl Lake {
    /// The pseudonyms of this lake's customers, with those forgotten so far.
    ///
    /// # Errors
    /// When the salt or the list of the forgotten cannot be read.
    pub async fn pseudonyms(&self) -> Result<Pseudonyms, LakeError> {
        let salt = read_salt(self.layout())?.ok_or_else(|| lost(self.layout()))?;
        let forgotten = self.erasures().await?.into_iter().map(|erasure| erasure.pseudonym).collect();
        Ok(Pseudonyms::new(salt, forgotten))
    }
}

/// Keeps the salt that the lake has, or gives it this one.
pub(crate) fn ensure_salt(layout: &Layout, salt: [u8; 32]) -> Result<(), LakeError> {
    if read_salt(layout)?.is_some() {
        return Ok(());
    }
    // A new salt would make a stranger of every customer that the lake knows.
    if layout.table(&TableId::facts("order_events")).exists() {
        return Err(lost(layout));
    }
    let path = layout.salt();
    let beside = layout.root().join(format!("salt.{}.tmp", std::process::id()));
    let write = || {
        let mut file =
            OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(&salt)?;
        file.sync_all()?;
        // Two processes may make the lake at the same time: the first salt stays.
        match std::fs::hard_link(&beside, &path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => std::fs::remove_file(&beside),
        }
    };
    write().map_err(|error| {
        // A full disk should not stay full of us.
        let _ = std::fs::remove_file(&beside);
        LakeError::io("write", &path)(error)
    })?;
    sync_folder(layout.root())
}

fn read_salt(layout: &Layout) -> Result<Option<[u8; 32]>, LakeError> {
    let path = layout.salt();
    match std::fs::read(&path) {
        Ok(bytes) => match bytes.try_into() {
            Ok(salt) => Ok(Some(salt)),
            Err(bytes) => {
                let bytes: Vec<u8> = bytes;
                let reason = format!("a salt has 32 bytes, this one {}", bytes.len());
                Err(LakeError::Damaged { path, reason })
            }
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LakeError::io("read", &path)(error)),
    }
}

fn lost(layout: &Layout) -> LakeError {
    LakeError::Damaged {
        path: layout.salt(),
        reason: "it is not there; without it no customer of this lake is recognised again".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::{market::Market, testing};

    #[tokio::test]
    async fn a_customer_keeps_a_pseudonym_that_another_lake_does_not_share() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        let names = lake.pseudonyms().await.unwrap();
        let name = names.of("c-1").unwrap();
        assert!(name.len() == DIGITS && name.bytes().all(|digit| digit.is_ascii_hexdigit()), "{name}");
        // Another salt given later is not used.
        let again = Lake::open_or_create(folder.path(), &Market::default(), "test", [9; 32]).unwrap();
        let again = again.pseudonyms().await.unwrap();
        assert_eq!((again.of("c-1"), again.seed()), (Some(name.clone()), names.seed()));
        let elsewhere = tempfile::tempdir().unwrap();
        let other = Lake::open_or_create(elsewhere.path(), &Market::default(), "test", [9; 32]).unwrap();
        let other = other.pseudonyms().await.unwrap();
        assert_ne!(other.of("c-1"), Some(name));
        assert_ne!(other.seed(), names.seed());
        let mode = std::fs::metadata(lake.layout().salt()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{names:?}").contains('7'), "the salt is not printed");
    }

    #[test]
    fn a_lake_with_orders_gets_no_second_salt() {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        std::fs::create_dir_all(lake.layout().table(&TableId::facts("order_events"))).unwrap();
        std::fs::remove_file(lake.layout().salt()).unwrap();
        let refused = Lake::open_or_create(folder.path(), &Market::default(), "test", [9; 32]).unwrap_err();
        assert!(refused.to_string().contains("salt` is damaged: it is not there"), "{refused}");
    }

    #[test]
    fn the_forgotten_are_refused_and_found_in_raw_rows() {
        let all = Pseudonyms::new([7; 32], BTreeSet::new());
        let forgotten = ["kim.7", "C 12", "17"].map(|id| all.of(id).unwrap());
        let names = Pseudonyms::new([7; 32], forgotten.into());
        assert_eq!(names.of("kim.7"), None);
        assert_eq!(names.of("kim.8"), all.of("kim.8"));
        for raw in [
            "e1,o1,kim.7,placed",
            "e1;o1; kim.7 ;placed",
            "\"C 12\",o1",
            "o1,C 12\r\n",
            r#"{"event_id":"e1","customer_id":"kim.7"}"#,
            r#"{"customer_id":17,"event_id":"e1"}"#,
        ] {
            assert!(names.names_forgotten(raw.as_bytes()), "{raw}");
        }
        for raw in ["e1,o1,kim.71,placed", "e17,o1,akim.7", "C 1,C 2"] {
            assert!(!names.names_forgotten(raw.as_bytes()), "{raw}");
        }
        assert!(!all.names_forgotten(b"e1,o1,kim.7,placed"));
    }
}
