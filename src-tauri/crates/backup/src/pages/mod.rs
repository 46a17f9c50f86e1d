//! Page sets: the pages of a file that changed since an older copy of it. Plain bytes; what the pages mean is not known here.
//!
//! A set is a head of 92 bytes (magic, page size, length of the result, number of changed pages, SHA-256 of the older copy and of
//! the result), a bit for each page of the result, the changed pages in order, and SHA-256 of all that before it.

mod apply;
mod hashes;
mod make;
#[cfg(test)]
mod tests;

use std::io::{self, Read};

pub use apply::apply;
pub use hashes::PageHashes;
pub use make::make;

const MAGIC: &[u8; 8] = b"CTPAGES1";
const HEAD: usize = 92;

/// What the head of a set says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Bytes of a page; the last one may be shorter.
    pub page: u32,
    /// Bytes of the result.
    pub size: u64,
    /// Pages that the set holds.
    pub changed: u64,
    /// SHA-256 of the older copy.
    pub base: [u8; 32],
    /// SHA-256 of the result.
    pub digest: [u8; 32],
}

impl Summary {
    fn pages(&self) -> u64 {
        self.size.div_ceil(u64::from(self.page))
    }

    fn length_of(&self, page: u64) -> usize {
        (self.size - page * u64::from(self.page)).min(u64::from(self.page)) as usize
    }

    fn bytes(&self) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        head[..8].copy_from_slice(MAGIC);
        head[8..12].copy_from_slice(&self.page.to_le_bytes());
        head[12..20].copy_from_slice(&self.size.to_le_bytes());
        head[20..28].copy_from_slice(&self.changed.to_le_bytes());
        head[28..60].copy_from_slice(&self.base);
        head[60..].copy_from_slice(&self.digest);
        head
    }
}

/// Sizes of pages that make sense.
fn is_page(page: u32) -> bool {
    page.is_power_of_two() && (512..=1 << 20).contains(&page)
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Reads the head of a set.
pub fn summary(mut set: impl Read) -> io::Result<Summary> {
    let mut head = [0; HEAD];
    set.read_exact(&mut head)?;
    let mut cursor = crate::format::varint::Cursor::new(&head);
    let read = |_| wrong("the page set is cut off");
    if cursor.array::<8>().map_err(read)? != *MAGIC {
        return Err(wrong("this is no page set"));
    }
    let summary = Summary {
        page: u32::from_le_bytes(cursor.array().map_err(read)?),
        size: u64::from_le_bytes(cursor.array().map_err(read)?),
        changed: u64::from_le_bytes(cursor.array().map_err(read)?),
        base: cursor.array().map_err(read)?,
        digest: cursor.array().map_err(read)?,
    };
    if !is_page(summary.page) || summary.size > 1 << 50 || summary.changed > summary.pages() {
        return Err(wrong("the page set has sizes that no file has"));
    }
    Ok(summary)
}
