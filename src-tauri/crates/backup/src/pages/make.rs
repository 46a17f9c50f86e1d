//! Makes a page set from the hashes of the older copy and the bytes of the newer one, which nobody may change meanwhile.

use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::Digest as _;

use super::hashes::{PageHashes, hash, read_page};
use super::{Summary, wrong};

/// Writes the set and returns its head, and the hashes of the newer copy. Reads the newer copy twice and takes little memory.
pub fn make(old: &PageHashes, mut new: impl Read + Seek, out: impl Write) -> io::Result<(Summary, PageHashes)> {
    new.seek(SeekFrom::Start(0))?;
    let hashes = PageHashes::of(&mut new, old.page)?;
    let pages = hashes.hashes.len();
    let mut bits = vec![0_u8; pages.div_ceil(8)];
    let mut changed = 0;
    for (number, hash) in hashes.hashes.iter().enumerate() {
        // The last page may be shorter or longer than it was; its hash says so.
        if old.hashes.get(number) != Some(hash) {
            bits[number / 8] |= 1 << (number % 8);
            changed += 1;
        }
    }
    let summary = Summary { page: old.page, size: hashes.size, changed, base: old.digest, digest: hashes.digest };
    let mut out = Hashing { out, hasher: sha2::Sha256::new() };
    out.write_all(&summary.bytes())?;
    out.write_all(&bits)?;
    let mut buffer = vec![0; old.page as usize];
    for (number, known) in hashes.hashes.iter().enumerate() {
        if bits[number / 8] & 1 << (number % 8) == 0 {
            continue;
        }
        new.seek(SeekFrom::Start(number as u64 * u64::from(old.page)))?;
        let length = summary.length_of(number as u64);
        if read_page(&mut new, &mut buffer[..length])? != length || hash(&buffer[..length]) != *known {
            return Err(wrong("the file changed while its pages were compared"));
        }
        out.write_all(&buffer[..length])?;
    }
    let sum: [u8; 32] = out.hasher.finalize().into();
    out.out.write_all(&sum)?;
    out.out.flush()?;
    Ok((summary, hashes))
}

struct Hashing<W> {
    out: W,
    hasher: sha2::Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
