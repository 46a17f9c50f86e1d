//! Independent compressed frames: packed with checksum and content size, checked by unpacking before they are written, and
//! measured without unpacking. Knows nothing of tar.

use std::io::{self, Read as _, Write as _};

use super::footer::Packing;
use super::{MOST_OF_A_FRAME, Malformed};

/// Packs frames; one for each thread, because it keeps its tables.
pub struct Packer {
    packing: Packing,
    level: i32,
    zstd: zstd::bulk::Compressor<'static>,
    check: Option<Unpacker>,
    unpacked: Vec<u8>,
}

/// Whether each frame is unpacked again and compared before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// A fault of the compressor or of the memory is found while the source is still there.
    Compare,
    /// Trust the compressor.
    Trust,
}

/// A level at which zstd copies rather than compresses, for what is compressed already.
const HARDLY: i32 = -7;

impl Packer {
    /// A packer with its own tables.
    pub fn new(packing: Packing, level: i32, check: Check) -> io::Result<Self> {
        let zstd = zstd::bulk::Compressor::new(level)?;
        let check = match check {
            Check::Compare => Some(Unpacker::new(packing)?),
            Check::Trust => None,
        };
        let mut packer = Self { packing, level, zstd, check, unpacked: Vec::new() };
        packer.set_level(level)?;
        Ok(packer)
    }

    fn set_level(&mut self, level: i32) -> io::Result<()> {
        self.zstd.set_compression_level(level)?;
        self.zstd.include_checksum(true)?;
        self.zstd.include_contentsize(true)
    }

    /// One frame with these bytes.
    pub fn pack(&mut self, raw: &[u8]) -> io::Result<Vec<u8>> {
        let packed = match self.packing {
            Packing::Zstd => {
                let level = if self.is_hopeless(raw)? { HARDLY } else { self.level };
                self.set_level(level)?;
                self.zstd.compress(raw)?
            }
            Packing::Gzip => {
                let level = flate2::Compression::new(self.level.clamp(1, 9) as u32);
                let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(raw.len() / 2), level);
                encoder.write_all(raw)?;
                encoder.finish()?
            }
        };
        if let Some(check) = &mut self.check {
            check.unpack(&packed, raw.len(), &mut self.unpacked)?;
            if self.unpacked != raw {
                return Err(io::Error::other("the compressed bytes do not unpack to what went in"));
            }
        }
        Ok(packed)
    }

    /// Whether a look at three places gains less than 3 %: pictures, films and archives are not worth the effort.
    fn is_hopeless(&mut self, raw: &[u8]) -> io::Result<bool> {
        const LOOK: usize = 32 << 10;
        if raw.len() < LOOK * 8 {
            return Ok(false);
        }
        self.set_level(1)?;
        let mut gained = 0;
        for place in [0, raw.len() / 2 - LOOK / 2, raw.len() - LOOK] {
            gained += LOOK.saturating_sub(self.zstd.compress(&raw[place..place + LOOK])?.len());
        }
        Ok(gained * 100 < LOOK * 3 * 3)
    }
}

/// Unpacks frames; one for each thread.
pub struct Unpacker {
    packing: Packing,
    zstd: zstd::bulk::Decompressor<'static>,
}

impl Unpacker {
    /// An unpacker with its own tables.
    pub fn new(packing: Packing) -> io::Result<Self> {
        Ok(Self { packing, zstd: zstd::bulk::Decompressor::new()? })
    }

    /// Replaces `out` by what the frame holds, which must be exactly so many bytes.
    pub fn unpack(&mut self, packed: &[u8], content: usize, out: &mut Vec<u8>) -> io::Result<()> {
        if content as u64 > MOST_OF_A_FRAME {
            return Err(io::Error::other("a frame claims to be larger than any frame is"));
        }
        out.clear();
        match self.packing {
            Packing::Zstd => {
                out.reserve(content);
                self.zstd.decompress_to_buffer(packed, out)?;
            }
            Packing::Gzip => {
                // One byte more than promised shows a frame that goes on.
                let limit = content as u64 + 1;
                flate2::read::GzDecoder::new(packed).take(limit).read_to_end(out)?;
            }
        }
        if out.len() != content {
            return Err(io::Error::other("a frame holds another number of bytes than it says"));
        }
        Ok(())
    }
}

/// How far a frame reaches, found without unpacking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Bytes in the archive.
    pub length: u64,
    /// Bytes of content; `None` for a skippable frame.
    pub content: Option<u64>,
}

/// Measures the zstd frame at the front of what `read` gives: it fills a buffer from a position, or fails at the end.
pub fn reach(read: &mut dyn FnMut(u64, &mut [u8]) -> io::Result<()>) -> Result<Reach, Malformed> {
    let mut fetch = |at: u64, length: usize| -> Result<u64, Malformed> {
        let mut bytes = [0; 8];
        read(at, &mut bytes[..length]).map_err(|_| Malformed::new("a frame is cut off"))?;
        Ok(u64::from_le_bytes(bytes))
    };
    let magic = fetch(0, 4)?;
    if (0x184d_2a50..=0x184d_2a5f).contains(&magic) {
        return Ok(Reach { length: 8 + fetch(4, 4)?, content: None });
    }
    if magic != 0xfd2f_b528 {
        return Err(Malformed::new("no frame begins here"));
    }
    let descriptor = fetch(4, 1)?;
    let is_single = descriptor & 0x20 != 0;
    let dictionary = [0, 1, 2, 4][(descriptor & 3) as usize];
    let mut at = 5 + u64::from(!is_single) + dictionary;
    let (width, base) = match descriptor >> 6 {
        0 if is_single => (1, 0),
        0 => return Err(Malformed::new("a frame does not say how much it holds")),
        1 => (2, 256),
        2 => (4, 0),
        _ => (8, 0),
    };
    let content = fetch(at, width)? + base;
    at += width as u64;
    loop {
        let block = fetch(at, 3)?;
        let size = block >> 3;
        at += 3 + match block >> 1 & 3 {
            0 | 2 => size,
            1 => 1,
            _ => return Err(Malformed::new("a frame has a block of an unknown kind")),
        };
        if block & 1 == 1 {
            break;
        }
    }
    if descriptor & 4 != 0 {
        at += 4;
    }
    let mut last = [0];
    read(at - 1, &mut last).map_err(|_| Malformed::new("a frame is cut off"))?;
    Ok(Reach { length: at, content: Some(content) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns() -> Vec<Vec<u8>> {
        let mut noise = 7_u64;
        let random: Vec<u8> = std::iter::repeat_with(|| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (noise >> 56) as u8
        })
        .take(300_000)
        .collect();
        vec![b"x".repeat(700_000), random, b"a line of text\n".repeat(30_000), b"one".to_vec(), vec![]]
    }

    #[test]
    fn frames_return_as_they_went_and_are_measured_without_unpacking() {
        let mut packer = Packer::new(Packing::Zstd, 3, Check::Compare).unwrap();
        let mut unpacker = Unpacker::new(Packing::Zstd).unwrap();
        for raw in patterns() {
            let packed = packer.pack(&raw).unwrap();
            let mut bytes = packed.clone();
            bytes.extend_from_slice(b"what follows");
            let reach = reach(&mut |at, out| {
                let source = bytes.get(at as usize..).unwrap_or_default();
                (&source[..]).read_exact(out)
            });
            assert_eq!(reach, Ok(Reach { length: packed.len() as u64, content: Some(raw.len() as u64) }));
            let mut out = Vec::new();
            unpacker.unpack(&packed, raw.len(), &mut out).unwrap();
            assert_eq!(out, raw);
        }
    }

    #[test]
    fn gzip_members_return_as_they_went() {
        let mut packer = Packer::new(Packing::Gzip, 6, Check::Compare).unwrap();
        let mut unpacker = Unpacker::new(Packing::Gzip).unwrap();
        for raw in patterns() {
            let packed = packer.pack(&raw).unwrap();
            let mut out = Vec::new();
            unpacker.unpack(&packed, raw.len(), &mut out).unwrap();
            assert_eq!(out, raw);
            assert!(unpacker.unpack(&packed, raw.len() + 1, &mut out).is_err());
        }
    }

    #[test]
    fn a_frame_with_one_flipped_bit_does_not_unpack() {
        let raw = b"something to pack, ".repeat(2_000);
        let mut packer = Packer::new(Packing::Zstd, 3, Check::Compare).unwrap();
        let packed = packer.pack(&raw).unwrap();
        let mut unpacker = Unpacker::new(Packing::Zstd).unwrap();
        let mut out = Vec::new();
        // The descriptor has one bit that decoders ignore by the format; what unpacks must be what went in.
        for bit in 0..packed.len() * 8 {
            let mut broken = packed.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(unpacker.unpack(&broken, raw.len(), &mut out).is_err() || out == raw, "bit {bit}");
        }
    }
}
