//! Conversion of a stream of bytes to UTF-8, before it is split into rows.
//!
//! The second byte of a Shift_JIS or GB18030 character may equal a delimiter, so text is decoded first.

use encoding_rs::{Decoder, DecoderResult};

use crate::source::encoding::TextEncoding;

/// Byte in place of an invalid sequence. It occurs in no UTF-8 text, so the row is rejected.
const INVALID: u8 = 0xff;

/// Converter of a stream to UTF-8.
pub(super) struct Transcoder {
    decoder: Decoder,
    output: Vec<u8>,
}

impl Transcoder {
    pub(super) fn new(encoding: TextEncoding) -> Self {
        Self { decoder: encoding.0.new_decoder_without_bom_handling(), output: Vec::new() }
    }

    /// Converts the next bytes. A character that is incomplete at their end is kept, unless they are the last.
    pub(super) fn convert(&mut self, mut bytes: &[u8], is_last: bool) -> &[u8] {
        self.output.clear();
        loop {
            let start = self.output.len();
            let space = self.decoder.max_utf8_buffer_length_without_replacement(bytes.len());
            self.output.resize(start + space.unwrap_or(bytes.len() * 3 + 16), 0);
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.output[start..], is_last);
            self.output.truncate(start + written);
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return &self.output,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.output.push(INVALID),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{EUC_KR, GB18030, SHIFT_JIS, UTF_16LE};

    use super::*;

    #[test]
    fn characters_across_pieces() {
        for (encoding, text) in
            [(EUC_KR, "한정판 머그컵, 뭩\n"), (SHIFT_JIS, "表示ソース|能力\n"), (GB18030, "限量马克杯€\n")]
        {
            let (bytes, _, _) = encoding.encode(text);
            let mut transcoder = Transcoder::new(TextEncoding(encoding));
            let mut found = Vec::new();
            bytes.iter().for_each(|byte| found.extend_from_slice(transcoder.convert(&[*byte], false)));
            found.extend_from_slice(transcoder.convert(&[], true));
            assert_eq!(String::from_utf8(found).unwrap(), text);
        }
    }

    #[test]
    fn invalid_sequences_stay_invalid() {
        let mut transcoder = Transcoder::new(TextEncoding(EUC_KR));
        assert_eq!(transcoder.convert(b"a\xff,b\n", true), b"a\xff,b\n");
        // Half a character at the end.
        let mut transcoder = Transcoder::new(TextEncoding(UTF_16LE));
        assert_eq!(transcoder.convert(b"a\0b", true), b"a\xff");
    }
}
