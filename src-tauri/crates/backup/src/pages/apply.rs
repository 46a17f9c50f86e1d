//! Puts changed pages over an older copy. The result counts only if it has the hash that the set names.

use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::Digest as _;

use super::hashes::read_page;
use super::{HEAD, Summary, summary, wrong};

/// A set that is read and hashed on the way.
struct Hashing<R> {
    set: R,
    hasher: sha2::Sha256,
}

impl<R: Read> Hashing<R> {
    fn take(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        self.set.read_exact(buffer)?;
        self.hasher.update(&*buffer);
        Ok(())
    }
}

/// Writes the result. After an error `out` is to be thrown away.
pub fn apply(mut base: impl Read + Seek, set: impl Read, mut out: impl Write) -> io::Result<Summary> {
    let mut set = Hashing { set, hasher: sha2::Sha256::new() };
    let mut head = [0; HEAD];
    set.take(&mut head)?;
    let summary = summary(&head[..])?;
    let pages = summary.pages();
    // A bit a page: a set of a file of a terabyte needs 32 MB here; grown as it is read, so that a length alone takes nothing.
    let mut bits = Vec::new();
    let mut left = pages.div_ceil(8);
    while left > 0 {
        let mut piece = vec![0; left.min(1 << 20) as usize];
        set.take(&mut piece)?;
        left -= piece.len() as u64;
        bits.extend_from_slice(&piece);
    }
    if bits.iter().map(|byte| u64::from(byte.count_ones())).sum::<u64>() != summary.changed {
        return Err(wrong("the page set holds another number of pages than it says"));
    }
    let mut result = sha2::Sha256::new();
    let mut buffer = vec![0; summary.page as usize];
    let mut at = None;
    for number in 0..pages {
        let length = summary.length_of(number);
        if bits[(number / 8) as usize] & 1 << (number % 8) != 0 {
            set.take(&mut buffer[..length])?;
            at = None;
        } else {
            let place = number * u64::from(summary.page);
            if at != Some(place) {
                base.seek(SeekFrom::Start(place))?;
            }
            if read_page(&mut base, &mut buffer[..length])? != length {
                return Err(wrong("the older copy is shorter than the one that the page set belongs to"));
            }
            at = Some(place + length as u64);
        }
        result.update(&buffer[..length]);
        out.write_all(&buffer[..length])?;
    }
    let mut sum = [0; 32];
    set.set.read_exact(&mut sum)?;
    if <[u8; 32]>::from(set.hasher.finalize()) != sum {
        return Err(wrong("the page set is damaged"));
    }
    if <[u8; 32]>::from(result.finalize()) != summary.digest {
        return Err(wrong("the result has another hash: the older copy is not the one that the page set belongs to"));
    }
    out.flush()?;
    Ok(summary)
}
