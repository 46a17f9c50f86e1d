//! The hashes of all pages of a file: what a set is made against, so that the older copy itself is not needed.

use std::io::{self, Read};

use sha2::Digest as _;

use super::{is_page, wrong};

/// Half of a SHA-256 for each page, and the whole one of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageHashes {
    /// Bytes of a page.
    pub page: u32,
    /// Bytes of the file.
    pub size: u64,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    pub(super) hashes: Vec<[u8; 16]>,
}

const MAGIC: &[u8; 8] = b"CTHASHS1";

impl PageHashes {
    /// Reads a file once.
    pub fn of(mut file: impl Read, page: u32) -> io::Result<Self> {
        if !is_page(page) {
            return Err(wrong("a page has a size that is no power of two"));
        }
        let mut whole = sha2::Sha256::new();
        let mut hashes = Vec::new();
        let mut size = 0;
        let mut buffer = vec![0; page as usize];
        loop {
            let got = read_page(&mut file, &mut buffer)?;
            if got == 0 {
                break;
            }
            whole.update(&buffer[..got]);
            hashes.push(hash(&buffer[..got]));
            size += got as u64;
            if got < buffer.len() {
                break;
            }
        }
        Ok(Self { page, size, digest: whole.finalize().into(), hashes })
    }

    /// To be kept beside the copy.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&self.page.to_le_bytes());
        bytes.extend_from_slice(&self.size.to_le_bytes());
        bytes.extend_from_slice(&self.digest);
        self.hashes.iter().for_each(|hash| bytes.extend_from_slice(hash));
        let sum: [u8; 32] = sha2::Sha256::digest(&bytes).into();
        bytes.extend_from_slice(&sum);
        bytes
    }

    /// Reads what [`PageHashes::bytes`] wrote.
    pub fn read(bytes: &[u8]) -> io::Result<Self> {
        let end =
            bytes.len().checked_sub(32).filter(|end| *end >= 52).ok_or_else(|| wrong("the hashes are cut off"))?;
        let (content, sum) = bytes.split_at(end);
        if <[u8; 32]>::from(sha2::Sha256::digest(content)) != *sum || content[..8] != *MAGIC {
            return Err(wrong("the hashes are damaged"));
        }
        let mut cursor = crate::format::varint::Cursor::new(&content[8..]);
        let cut = |_| wrong("the hashes are cut off");
        let page = u32::from_le_bytes(cursor.array().map_err(cut)?);
        let size = u64::from_le_bytes(cursor.array().map_err(cut)?);
        let digest = cursor.array().map_err(cut)?;
        let mut hashes = Vec::with_capacity(cursor.left() / 16);
        while !cursor.is_empty() {
            hashes.push(cursor.array().map_err(cut)?);
        }
        if !is_page(page) || hashes.len() as u64 != size.div_ceil(u64::from(page)) {
            return Err(wrong("the hashes belong to a file of another length"));
        }
        Ok(Self { page, size, digest, hashes })
    }
}

pub(super) fn hash(page: &[u8]) -> [u8; 16] {
    let digest: [u8; 32] = sha2::Sha256::digest(page).into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

/// Fills a page, or as much of it as there is.
pub(super) fn read_page(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match file.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}
