//! The last bytes of an archive: where its manifest lies and which hash it has. Decoders of zstd and gzip skip it.

use super::Malformed;

/// What a footer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footer {
    /// Where the frames with the manifest begin.
    pub offset: u64,
    /// How long they are together.
    pub length: u64,
    /// SHA-256 of the manifest itself.
    pub digest: [u8; 32],
}

/// How the members of an archive are packed; a footer has another coat in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Packing {
    /// Independent zstd frames.
    Zstd,
    /// Independent gzip members.
    Gzip,
}

impl Packing {
    /// What the name of an archive ends with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Zstd => "tar.zst",
            Self::Gzip => "tar.gz",
        }
    }

    /// How long a footer is with its coat.
    pub fn footer_length(self) -> usize {
        match self {
            Self::Zstd => ZSTD_COAT.len() + PAYLOAD,
            Self::Gzip => GZIP_COAT.len() + PAYLOAD + GZIP_TAIL.len(),
        }
    }
}

const PAYLOAD: usize = 56;
/// Magic of a skippable frame and its length.
const ZSTD_COAT: [u8; 8] = [0x5e, 0x2a, 0x4d, 0x18, PAYLOAD as u8, 0, 0, 0];
/// A gzip header with an extra field "CT" of 56 bytes.
const GZIP_COAT: [u8; 16] = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 60, 0, b'C', b'T', PAYLOAD as u8, 0];
/// An empty deflate stream, the CRC of nothing, and its length.
const GZIP_TAIL: [u8; 10] = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const MAGIC: [u8; 4] = *b"CT1\x01";

impl Footer {
    /// The bytes that end an archive.
    pub fn bytes(&self, packing: Packing) -> Vec<u8> {
        let mut payload = Vec::with_capacity(PAYLOAD);
        payload.extend_from_slice(&MAGIC);
        payload.extend_from_slice(&self.offset.to_le_bytes());
        payload.extend_from_slice(&self.length.to_le_bytes());
        payload.extend_from_slice(&self.digest);
        let mut crc = flate2::Crc::new();
        crc.update(&payload);
        payload.extend_from_slice(&crc.sum().to_le_bytes());
        match packing {
            Packing::Zstd => [&ZSTD_COAT[..], &payload].concat(),
            Packing::Gzip => [&GZIP_COAT[..], &payload, &GZIP_TAIL].concat(),
        }
    }

    /// Reads the footer at the end of these bytes, which are the last of the archive.
    pub fn read(tail: &[u8], packing: Packing) -> Result<Self, Malformed> {
        let missing = || Malformed::new("the footer is missing");
        let start = tail.len().checked_sub(packing.footer_length()).ok_or_else(missing)?;
        let (coat, end): (&[u8], &[u8]) = match packing {
            Packing::Zstd => (&ZSTD_COAT, &[]),
            Packing::Gzip => (&GZIP_COAT, &GZIP_TAIL),
        };
        let payload = tail[start..].strip_prefix(coat).and_then(|rest| rest.strip_suffix(end)).ok_or_else(missing)?;
        let (fields, sum) = payload.split_at(PAYLOAD - 4);
        let mut crc = flate2::Crc::new();
        crc.update(fields);
        if crc.sum().to_le_bytes() != sum {
            return Err(Malformed::new("the footer has another checksum"));
        }
        if fields[..3] != MAGIC[..3] {
            return Err(missing());
        }
        if fields[3] != MAGIC[3] {
            return Err(Malformed::new(format!("the footer has version {}", fields[3])));
        }
        let mut cursor = super::varint::Cursor::new(&fields[4..]);
        Ok(Self {
            offset: u64::from_le_bytes(cursor.array()?),
            length: u64::from_le_bytes(cursor.array()?),
            digest: cursor.array()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    const FOOTER: Footer = Footer { offset: 77, length: 1 << 40, digest: [9; 32] };

    #[test]
    fn a_footer_is_nothing_to_other_programs() {
        let zstd = FOOTER.bytes(Packing::Zstd);
        assert_eq!(zstd.len(), 64);
        assert_eq!(zstd::stream::decode_all(&zstd[..]).unwrap(), b"");
        let mut text = String::new();
        let gzip = FOOTER.bytes(Packing::Gzip);
        flate2::read::MultiGzDecoder::new(&gzip[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "");
    }

    #[test]
    fn every_changed_bit_of_a_footer_is_noticed() {
        for packing in [Packing::Zstd, Packing::Gzip] {
            let bytes = FOOTER.bytes(packing);
            assert_eq!(Footer::read(&bytes, packing), Ok(FOOTER));
            for bit in 0..bytes.len() * 8 {
                let mut broken = bytes.clone();
                broken[bit / 8] ^= 1 << (bit % 8);
                assert!(Footer::read(&broken, packing).is_err(), "bit {bit}");
            }
            for length in 0..bytes.len() {
                assert!(Footer::read(&bytes[..length], packing).is_err());
            }
        }
    }
}
