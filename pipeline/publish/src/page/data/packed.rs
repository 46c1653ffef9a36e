//! Blocks that the page unpacks on demand: JSON, deflated, as base64 in a script element.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::DeflateEncoder};
use serde::Serialize;

use crate::error::PublishError;

/// Offers per block. Larger blocks compress better, smaller ones open faster.
pub(crate) const OFFERS_PER_BLOCK: usize = 40;

/// Block with the id of its element.
#[derive(Clone, Debug)]
pub(crate) struct PackedBlock {
    pub(crate) id: String,
    pub(crate) text: String,
}

impl PackedBlock {
    /// Packs `value`.
    pub(crate) fn new(id: String, value: &impl Serialize) -> Result<Self, PublishError> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(serde_json::to_string(value)?.as_bytes())?;
        Ok(Self { id, text: STANDARD.encode(encoder.finish()?) })
    }
}

/// JSON of every block of a page.
#[cfg(test)]
pub(crate) fn unpacked(page: &str) -> Vec<(String, String)> {
    use std::io::Read;

    let blocks = page.split("<script type=\"text/plain\" id=\"").skip(1);
    let unpack = |block: &str| {
        let (id, rest) = block.split_once("\">").unwrap();
        let packed = STANDARD.decode(rest.split('<').next().unwrap().trim()).unwrap();
        let mut json = String::new();
        flate2::read::DeflateDecoder::new(&packed[..]).read_to_string(&mut json).unwrap();
        (id.to_owned(), json)
    };
    blocks.map(unpack).collect()
}
