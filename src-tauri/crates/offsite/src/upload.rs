//! Copies one file to a store. It appears there complete or not at all, because its parts are put together at the end; what the store has
//! of it is told after each part, so that whoever comes after a kill sends no part twice.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use caretaker_core::backup::{StoredObject, Unfinished};
use object_store::PutPayload;
use object_store::multipart::{MultipartStore as _, PartId};
use sha2::{Digest as _, Sha256};

use crate::error::StoreError;
use crate::mark::hex;
use crate::store::{Existing, Store};

/// Bytes of a part: small enough to be sent again, large enough for few requests.
const PART: u64 = 8 << 20;
/// A file has no more parts than this; those of a larger one are larger.
const MOST_PARTS: u64 = 2_000;
/// Bytes of each sample that is read back.
const SAMPLE: u64 = 64 << 10;
/// Samples between beginning and end.
const SAMPLES: u64 = 4;

/// A file to be copied.
#[derive(Clone, Copy, Debug)]
pub struct Upload<'a> {
    /// The identity of what it is.
    pub archive: &'a str,
    /// The file.
    pub file: &'a Path,
    /// Its key.
    pub key: &'a str,
    /// SHA-256 of its bytes.
    pub sha256: &'a str,
    /// What lies under the key is known to be wrong.
    pub replace: bool,
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent<'a> {
    /// The store has this much of it.
    Parts(&'a Unfinished),
    /// So many bytes more are done.
    Bytes(u64),
}

impl Store<'_> {
    /// Copies a file and reads back what matters of it. What lies there already under its key, with its bytes, stays.
    pub fn upload(
        &self,
        upload: &Upload<'_>,
        unfinished: Option<Unfinished>,
        tell: &mut dyn FnMut(Sent<'_>),
    ) -> Result<StoredObject, StoreError> {
        let failed = |error: std::io::Error| StoreError::local("read", upload.file, &error);
        let file = File::open(upload.file).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let there = self.look(upload.key)?;
        let is_there = there.as_ref().is_some_and(|there| there.bytes == length) && !upload.replace;
        if !is_there {
            if there.is_some() && !upload.replace {
                return Err(StoreError::Wrong(format!("something else lies under `{}`", upload.key)));
            }
            self.send(upload, &file, length, unfinished, tell)?;
        }
        let object = self.read_back(upload, &file, length)?;
        if is_there {
            tell(Sent::Bytes(length));
        }
        Ok(object)
    }

    /// Ends an upload that nobody will finish; its parts are gone then.
    pub fn abandon(&self, unfinished: &Unfinished) -> Result<(), StoreError> {
        let ended = self.wait(async {
            let key = self.key(&unfinished.key);
            let ended = self.s3.abort_multipart(&key, &unfinished.upload).await;
            ended.map_err(|error| StoreError::of(error, &unfinished.key))
        });
        match ended {
            Ok(()) | Err(StoreError::Absent(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn send(
        &self,
        upload: &Upload<'_>,
        file: &File,
        length: u64,
        unfinished: Option<Unfinished>,
        tell: &mut dyn FnMut(Sent<'_>),
    ) -> Result<(), StoreError> {
        if length <= PART {
            return self.send_whole(upload, file, length, tell);
        }
        let goes_on = unfinished.filter(|one| one.archive == upload.archive && one.key == upload.key);
        match goes_on {
            Some(unfinished) => match self.send_parts(upload, file, length, unfinished, tell) {
                // The store has forgotten it: from the start then.
                Err(StoreError::Absent(_)) => self.send_parts(upload, file, length, self.begin(upload, length)?, tell),
                other => other,
            },
            None => self.send_parts(upload, file, length, self.begin(upload, length)?, tell),
        }
    }

    fn begin(&self, upload: &Upload<'_>, length: u64) -> Result<Unfinished, StoreError> {
        let upload_id = self.wait(async {
            let begun = self.s3.create_multipart(&self.key(upload.key)).await;
            begun.map_err(|error| StoreError::of(error, upload.key))
        })?;
        let part_bytes = PART.max(length.div_ceil(MOST_PARTS).next_multiple_of(1 << 20));
        let (archive, key) = (upload.archive.to_owned(), upload.key.to_owned());
        Ok(Unfinished { archive, key, upload: upload_id, part_bytes, parts: Vec::new() })
    }

    fn send_whole(
        &self,
        upload: &Upload<'_>,
        file: &File,
        length: u64,
        tell: &mut dyn FnMut(Sent<'_>),
    ) -> Result<(), StoreError> {
        let mut hasher = Sha256::new();
        let bytes = piece(upload, file, 0, length, &mut hasher)?;
        self.compare(upload, hasher)?;
        let existing = if upload.replace { Existing::Goes } else { Existing::Stays };
        match self.put(upload.key, bytes.clone(), existing) {
            // A store that knows no conditions: the key was looked at just before.
            Err(StoreError::Unreachable(words)) if words.contains("NotImplemented") => {
                self.put(upload.key, bytes, Existing::Goes)?;
            }
            other => other?,
        }
        tell(Sent::Bytes(length));
        Ok(())
    }

    fn send_parts(
        &self,
        upload: &Upload<'_>,
        file: &File,
        length: u64,
        mut unfinished: Unfinished,
        tell: &mut dyn FnMut(Sent<'_>),
    ) -> Result<(), StoreError> {
        let (key, mut hasher) = (self.key(upload.key), Sha256::new());
        tell(Sent::Parts(&unfinished));
        let count = length.div_ceil(unfinished.part_bytes);
        for number in 0..count {
            let start = number * unfinished.part_bytes;
            let size = unfinished.part_bytes.min(length - start);
            let bytes = piece(upload, file, start, size, &mut hasher)?;
            let index = usize::try_from(number).unwrap_or(usize::MAX);
            if unfinished.parts.len() <= index {
                let part = self.wait(async {
                    let sent = self.s3.put_part(&key, &unfinished.upload, index, PutPayload::from(bytes)).await;
                    sent.map_err(|error| StoreError::of(error, upload.key))
                })?;
                unfinished.parts.push(part.content_id);
                tell(Sent::Parts(&unfinished));
            }
            tell(Sent::Bytes(size));
        }
        if let Err(error) = self.compare(upload, hasher) {
            self.abandon(&unfinished)?;
            return Err(error);
        }
        let parts = unfinished.parts.iter().map(|part| PartId { content_id: part.clone() }).collect();
        self.wait(async {
            let ended = self.s3.complete_multipart(&key, &unfinished.upload, parts).await;
            ended.map(drop).map_err(|error| StoreError::of(error, upload.key))
        })
    }

    /// What was read here must be what was written once.
    #[expect(clippy::unused_self, reason = "beside what it guards")]
    fn compare(&self, upload: &Upload<'_>, hasher: Sha256) -> Result<(), StoreError> {
        if upload.sha256.is_empty() || hex(hasher) == upload.sha256 {
            return Ok(());
        }
        let words =
            format!("`{}` is damaged here: it has another SHA-256 than when it was written", upload.file.display());
        Err(StoreError::Local(words))
    }

    /// Size, beginning, end and a few places between; a short file all of it.
    fn read_back(&self, upload: &Upload<'_>, file: &File, length: u64) -> Result<StoredObject, StoreError> {
        let object = self.look(upload.key)?.ok_or_else(|| StoreError::Absent(upload.key.to_owned()))?;
        if object.bytes != length {
            let words = format!("the store has {} bytes of `{}` in place of {length}", object.bytes, upload.key);
            return Err(StoreError::Wrong(words));
        }
        for (start, size) in samples(length, upload.sha256) {
            let here = piece(upload, file, start, size, &mut Sha256::new())?;
            if self.read(upload.key, start..start + size)? != here {
                let words = format!("the store gives other bytes of `{}` at {start} than it was given", upload.key);
                return Err(StoreError::Wrong(words));
            }
        }
        Ok(object)
    }

    /// Copies a small file beside the archives, unless the same lies there.
    pub fn put_beside(&self, key: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let is_there = self.look(key)?.is_some_and(|there| there.bytes == bytes.len() as u64)
            && self.read(key, 0..bytes.len() as u64)? == bytes;
        if is_there {
            return Ok(());
        }
        self.put(key, bytes.to_vec(), Existing::Goes)?;
        if self.read(key, 0..bytes.len() as u64)? == bytes {
            return Ok(());
        }
        Err(StoreError::Wrong(format!("the store gives other bytes of `{key}` than it was given")))
    }
}

fn piece(upload: &Upload<'_>, file: &File, start: u64, size: u64, hasher: &mut Sha256) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
    file.read_exact_at(&mut bytes, start).map_err(|error| StoreError::local("read", upload.file, &error))?;
    hasher.update(&bytes);
    Ok(bytes)
}

/// Places that nobody chose, others for each file.
fn samples(length: u64, seed: &str) -> Vec<(u64, u64)> {
    if length <= SAMPLE * (SAMPLES + 2) {
        return if length == 0 { Vec::new() } else { vec![(0, length)] };
    }
    let digest = Sha256::digest(seed.as_bytes());
    let inner = digest.chunks_exact(8).take(SAMPLES as usize).map(|bytes| {
        let number = bytes.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        (number % (length - SAMPLE), SAMPLE)
    });
    [(0, SAMPLE), (length - SAMPLE, SAMPLE)].into_iter().chain(inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_lie_inside_and_both_ends_are_among_them() {
        assert_eq!(samples(0, "a"), []);
        assert_eq!(samples(5, "a"), [(0, 5)]);
        for length in [500_000, 10_000_000, 1 << 40] {
            let found = samples(length, "abc");
            assert_eq!(found.len(), 6);
            assert!(found.iter().all(|(start, size)| start + size <= length), "{found:?}");
            assert!(found.contains(&(0, SAMPLE)) && found.contains(&(length - SAMPLE, SAMPLE)));
        }
        assert_ne!(samples(1 << 40, "abc"), samples(1 << 40, "abd"));
    }
}
