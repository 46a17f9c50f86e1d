//! Checks archives and names what is damaged. Reads only: an archive is never moved, mended or removed by a check.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use caretaker_backup::encryption::Keys;
use caretaker_backup::format::hex;
use caretaker_backup::read::{self, Archive, Level};
use caretaker_backup::write::{Cancel, Pace, Progress};
use caretaker_backup::{BackupError, Result};
use caretaker_core::backup::{ArchivePath, DamagedFile, Report, VerifyDepth, VerifyOrder, VerifyOutcome, VerifyResult};
use caretaker_core::problem::Problem;
use sha2::Digest as _;

use crate::opening::workers;
use crate::pace::pace;
use crate::problem::problem;
use crate::speech::Voice;
use crate::telling::telling;

/// Names of damaged files that are told; an archive that is wholly damaged would name each of a million.
const MOST_NAMES: usize = 10_000;

/// Checks all archives of the order; damage is a result, and only an end that somebody asked for is a failure.
pub(crate) fn verify(order: &VerifyOrder, voice: &Voice, cancel: &Cancel) -> std::result::Result<(), Problem> {
    let progress = Progress::default();
    let length = |path: &str| std::fs::metadata(path).map_or(0, |meta| meta.len());
    let rounds = if order.depth == VerifyDepth::Deep { 2 } else { 1 };
    progress.files_expected.store(order.archives.len() as u64, Relaxed);
    let expected = order.archives.iter().map(|(path, _)| length(path) * rounds).sum();
    progress.bytes_expected.store(expected, Relaxed);
    let pace = pace(order.hurry);
    let keys = crate::opening::keys(&order.identities);
    let outcomes = telling(voice, &progress, "checking", || {
        let check = |(path, digest): &(String, Option<String>)| {
            let checking = Checking { order, pace: &*pace, keys: &keys, progress: &progress, cancel };
            checking.one(Path::new(path), digest.as_deref().filter(|digest| !digest.is_empty()))
        };
        order.archives.iter().map(check).collect::<Result<Vec<_>>>()
    });
    voice.say(&Report::Verified(outcomes.map_err(problem)?));
    Ok(())
}

struct Checking<'a> {
    order: &'a VerifyOrder,
    pace: &'a dyn Pace,
    keys: &'a Keys,
    progress: &'a Progress,
    cancel: &'a Cancel,
}

impl Checking<'_> {
    fn one(&self, path: &Path, expected: Option<&str>) -> Result<VerifyOutcome> {
        let begun = Instant::now();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut outcome = VerifyOutcome { archive: name, ..VerifyOutcome::default() };
        let mut is_locked = false;
        match crate::opening::archive(path, self.keys) {
            Ok(archive) => self.content(&archive, &mut outcome)?,
            Err(error @ BackupError::Locked { .. }) => {
                is_locked = true;
                outcome.notes.push(format!("failed to {error}"));
            }
            Err(error) => beside(&mut outcome, format!("failed to {error}")),
        }
        // What nobody can look into can still be compared as a whole: that needs no key.
        if self.order.depth == VerifyDepth::Deep || (is_locked && expected.is_some()) {
            match self.whole(path) {
                Ok(digest) => compare(path, &digest, expected, &mut outcome)?,
                Err(BackupError::Cancelled) => return Err(BackupError::Cancelled),
                Err(error) if outcome.damaged.is_empty() => beside(&mut outcome, format!("failed to {error}")),
                Err(_) => {}
            }
        }
        outcome.result = match (outcome.damaged.is_empty(), is_locked) {
            (false, _) => VerifyResult::Damaged,
            (true, true) => VerifyResult::Locked,
            (true, false) => VerifyResult::Intact,
        };
        outcome.took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.progress.files.fetch_add(1, Relaxed);
        Ok(outcome)
    }

    fn content(&self, archive: &Archive, outcome: &mut VerifyOutcome) -> Result<()> {
        outcome.id = archive.header().id.to_string();
        let level = match self.order.depth {
            VerifyDepth::Ends => Level::Ends,
            VerifyDepth::Frames => Level::Frames,
            VerifyDepth::Deep => Level::Content,
        };
        let report = read::verify_paced(archive, level, workers(self.order.hurry), self.pace, self.cancel)?;
        self.progress.bytes.fetch_add(archive.length(), Relaxed);
        outcome.files = report.files;
        outcome.bytes = report.bytes;
        for words in &report.tampering {
            beside(outcome, format!("{words}; somebody may have tampered with it"));
        }
        for words in &report.damage {
            beside(outcome, words.clone());
        }
        if report.lost.is_empty() && report.broken_frames > 0 {
            beside(outcome, format!("{} parts of the archive cannot be read", report.broken_frames));
        }
        if report.lost.len() > MOST_NAMES {
            beside(outcome, format!("{} files are damaged; the first {MOST_NAMES} are named", report.lost.len()));
        }
        outcome.damaged.extend(report.lost.iter().take(MOST_NAMES).map(|path| DamagedFile {
            path: ArchivePath::new(&**path),
            reason: "the part of the archive that holds it is damaged".to_owned(),
            older: None,
        }));
        Ok(())
    }

    /// SHA-256 of the file as it lies there.
    fn whole(&self, path: &Path) -> Result<String> {
        let failed = |error| BackupError::io("read", path, error);
        let mut file = File::open(path).map_err(failed)?;
        let mut hasher = sha2::Sha256::new();
        // As much as a frame is: the pace waits once for each.
        let mut buffer = vec![0; 2 << 20];
        loop {
            if self.cancel.is_cancelled() {
                return Err(BackupError::Cancelled);
            }
            self.pace.wait();
            let got = file.read(&mut buffer).map_err(failed)?;
            let Some(bytes) = buffer.get(..got).filter(|bytes| !bytes.is_empty()) else {
                return Ok(hex(&hasher.finalize()));
            };
            hasher.update(bytes);
            self.progress.bytes.fetch_add(got as u64, Relaxed);
        }
    }
}

fn beside(outcome: &mut VerifyOutcome, reason: String) {
    outcome.damaged.push(DamagedFile { reason, ..DamagedFile::default() });
}

/// The catalog's hash was taken while the archive was written, so it is believed. The file `.sha256` is only for people: when it is
/// wrong, that is worth a word, and no damage.
fn compare(path: &Path, digest: &str, expected: Option<&str>, outcome: &mut VerifyOutcome) -> Result<()> {
    if expected.is_some_and(|expected| expected != digest) {
        beside(outcome, "the whole file has another SHA-256 than when it was written".to_owned());
    }
    digest.clone_into(&mut outcome.sha256);
    match beside_hash(path)? {
        Some(hash) if hash != digest => {
            outcome.notes.push("the file `.sha256` beside it names another hash than the archive has".to_owned());
        }
        None => outcome.notes.push("the file `.sha256` beside it is missing".to_owned()),
        Some(_) => {}
    }
    Ok(())
}

/// The hash that lies beside an archive.
pub(crate) fn beside_hash(path: &Path) -> Result<Option<String>> {
    let mut name = path.as_os_str().to_owned();
    name.push(".sha256");
    let mut text = String::new();
    match File::open(&name) {
        Ok(file) => {
            // Something else than text says nothing, as a missing file does.
            if file.take(4_096).read_to_string(&mut text).is_err() {
                return Ok(None);
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(BackupError::io("read", path, error)),
    }
    let hash = text.split(' ').next().unwrap_or_default();
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(is_hash.then(|| hash.to_owned()))
}

#[cfg(test)]
mod tests;
