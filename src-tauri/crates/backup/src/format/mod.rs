//! The format "ct1", byte by byte: what `docs/archive-format.md` describes. Bytes in, bytes out; no file is touched here.

pub mod footer;
pub mod frame;
pub mod header;
pub mod manifest;
pub mod member;
pub mod name;
pub mod parse;
pub mod sparse;
pub mod sums;
pub mod time;
pub mod varint;

/// What is wrong with bytes that were read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

impl Malformed {
    /// Words for what does not fit.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// The version of the format that is written, and the newest that is read.
pub const VERSION: u32 = 1;

/// The folder inside each archive for what belongs to the archive itself; no source may use it.
pub const OWN_FOLDER: &[u8] = b".caretaker";

/// Large files are cut after so many bytes.
pub const CUT: u64 = 8 << 20;

/// Small files share a frame until it holds about so many bytes of tar.
pub const PACK: u64 = 2 << 20;

/// No frame holds more; what claims to is refused before memory is taken for it.
pub const MOST_OF_A_FRAME: u64 = 32 << 20;

/// A digest in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

/// The bytes of a hexadecimal text of exactly this length.
pub fn unhex<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let digits = text.as_bytes();
    if digits.len() != LENGTH * 2 {
        return None;
    }
    let mut bytes = [0; LENGTH];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = (pair[0] as char).to_digit(16)?;
        let low = (pair[1] as char).to_digit(16)?;
        *byte = (high * 16 + low) as u8;
    }
    Some(bytes)
}
