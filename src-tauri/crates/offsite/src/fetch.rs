//! Brings objects here: whole, or only the pieces that tell what an archive holds.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use futures_util::TryStreamExt as _;
use object_store::ObjectStoreExt as _;
use sha2::{Digest as _, Sha256};

use crate::error::StoreError;
use crate::mark::hex;
use crate::store::Store;

/// Bytes at the front of an archive in which its header lies: 256 KiB, in pieces of age with their authentication behind its own header.
const FRONT: u64 = 336 << 10;
/// Bytes at its end that are looked at first: the last two pieces of age, over which the last bytes of an archive may lie.
const TAIL: u64 = 132 << 10;

/// Where the list begins of what is in a file, asked when its front and its last bytes are there; none when that cannot be told.
pub type Ends<'a> = &'a dyn Fn(&Path) -> Option<u64>;

/// What is brought of an object.
#[derive(Clone, Copy)]
pub enum Pieces<'a> {
    /// All of it, which must have this SHA-256 if one is known.
    All(Option<&'a str>),
    /// Its front, and everything from where its list begins. What lies between is a hole.
    Ends(Ends<'a>),
}

impl Store<'_> {
    /// Brings an object into a file that does not exist, or is one that was cut off; says how long it is.
    pub fn fetch(
        &self,
        key: &str,
        bytes: u64,
        to: &Path,
        pieces: Pieces<'_>,
        tell: &mut dyn FnMut(u64),
    ) -> Result<(), StoreError> {
        let failed = |what: &'static str| move |error: std::io::Error| StoreError::local(what, to, &error);
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).map_err(failed("make the folder of"))?;
        }
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to);
        let file = file.map_err(failed("write"))?;
        match pieces {
            Pieces::All(expected) => {
                let (got, digest) = self.stream(key, &file, to, tell)?;
                if got != bytes || expected.is_some_and(|expected| expected != digest) {
                    return Err(StoreError::Wrong(format!(
                        "what the store has of `{key}` is not what was copied there"
                    )));
                }
            }
            Pieces::Ends(list) => {
                file.set_len(bytes).map_err(failed("make room for"))?;
                let mut bring = |start: u64, end: u64| -> Result<(), StoreError> {
                    // Some stores give nothing in place of no bytes.
                    if start < end {
                        let piece = self.read(key, start..end)?;
                        file.write_all_at(&piece, start).map_err(failed("write"))?;
                        tell(end - start);
                    }
                    Ok(())
                };
                let front = FRONT.min(bytes);
                bring(0, front)?;
                let from = bytes.saturating_sub(TAIL).max(front);
                bring(from, bytes)?;
                if let Some(start) = list(to) {
                    bring(start.max(front), from)?;
                }
            }
        }
        Ok(())
    }

    fn stream(
        &self,
        key: &str,
        file: &File,
        to: &Path,
        tell: &mut dyn FnMut(u64),
    ) -> Result<(u64, String), StoreError> {
        let of = |error| StoreError::of(error, key);
        let mut hasher = Sha256::new();
        let mut stream = self.wait(async { Ok(self.s3.get(&self.key(key)).await.map_err(of)?.into_stream()) })?;
        let mut at = 0;
        while let Some(piece) = self.wait(async { stream.try_next().await.map_err(of) })? {
            file.write_all_at(&piece, at).map_err(|error| StoreError::local("write", to, &error))?;
            hasher.update(&piece);
            at += piece.len() as u64;
            tell(piece.len() as u64);
        }
        Ok((at, hex(hasher)))
    }
}
