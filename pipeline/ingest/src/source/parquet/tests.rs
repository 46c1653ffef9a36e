//! Parquet files with invalid counts and sizes.

use bytes::Bytes;
use parquet::basic::Encoding;

use super::{
    delta::check_counts,
    footer::read_footer,
    thrift::{ThriftError, ThriftReader, kind},
};

fn number(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A file with a footer only.
fn file(footer: &[u8]) -> Bytes {
    let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
    Bytes::from([b"PAR1", footer, &length, b"PAR1"].concat())
}

fn footer_error(footer: &[u8]) -> String {
    read_footer(&file(footer)).unwrap_err().to_string()
}

/// Footer of version 1 with a schema of `declared` elements.
fn schema(elements: &[Vec<u8>], declared: u64) -> Vec<u8> {
    [vec![0x15, 0x02, 0x19, 0xfc], number(declared), elements.concat(), vec![0]].concat()
}

#[test]
fn schema_nesting_is_limited() {
    let group = vec![0x35, 0x00, 0x18, 0x01, b'a', 0x15, 0x02, 0x00];
    assert!(
        footer_error(&schema(&vec![group.clone(); 10_000], 10_000)).contains("nests more than 64 groups")
    );
    assert!(footer_error(&schema(&vec![group.clone(); 20_000], 20_000)).contains("more than 16384 columns"));
    assert!(footer_error(&schema(&[group], 10_000)).contains("claims more than it has bytes"));
}

#[test]
fn fixed_length_values_are_limited() {
    let column = [vec![0x15, 0x0e, 0x15], number(2_000_000_000), vec![0x15, 0x00, 0x18, 0x01, b'a', 0x00]];
    assert!(footer_error(&schema(&[column.concat()], 1)).contains("more than 4096 bytes"));
}

#[test]
fn number_of_row_groups_is_limited() {
    let root = vec![0x48, 0x01, b'a', 0x15, 0x00, 0x00];
    let groups = [vec![0x15, 0x02, 0x19, 0x1c], root, vec![0x16, 0x02, 0x19, 0xfc], number(2_000_000_000)];
    assert!(footer_error(&groups.concat()).contains("claims more than it has bytes"));
}

#[test]
fn missing_footer() {
    assert!(read_footer(&Bytes::from_static(b"PAR1")).unwrap_err().to_string().contains("4 bytes"));
    let long = Bytes::from_static(b"PAR1\xff\xff\xff\x7fPAR1");
    let message = "the footer claims 2147483647 bytes of a file of 12";
    assert!(read_footer(&long).unwrap_err().to_string().contains(message));
}

#[test]
fn number_of_delta_lengths_is_limited() {
    let packed = |count: u64| [number(128), number(4), number(count), number(0)].concat();
    assert!(check_counts(Encoding::DELTA_LENGTH_BYTE_ARRAY, &packed(1), 1).is_ok());
    assert!(check_counts(Encoding::DELTA_LENGTH_BYTE_ARRAY, &packed(1 << 40), 1).is_err());
    // More suffixes than prefixes.
    let two = [packed(1), packed(1 << 40)].concat();
    assert!(check_counts(Encoding::DELTA_BYTE_ARRAY, &two, 1).is_err());
    assert!(check_counts(Encoding::PLAIN, &two, 1).is_ok());
}

#[test]
fn thrift_limits() {
    let skip = |kind, bytes: &[u8]| ThriftReader::new(bytes).skip(kind);
    assert_eq!(skip(kind::LIST, &[0x19; 100]), Err(ThriftError::Invalid("values are nested too deeply")));
    assert_eq!(skip(kind::LIST, &[0x22, 0, 0]), Err(ThriftError::Invalid("a list has booleans")));
    assert_eq!(skip(kind::BINARY, &[0x7f, 0]), Err(ThriftError::End));
    assert_eq!(skip(kind::I64, &[0xff; 11]), Err(ThriftError::Invalid("a number has more than 64 bits")));
    assert_eq!(skip(kind::MAP, &[1, 0x55, 2, 4]), Ok(()));
    assert_eq!(ThriftReader::new(&[0x07]).signed(), Ok(-4));
}
