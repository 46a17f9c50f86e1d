//! Proves that an archive can be restored: brings it back to a scratch folder, reads every byte of it again, opens its databases, and
//! compares it with the files that are there now. Writes nowhere else, and removes what it made.

mod compare;
mod databases;
mod live;
mod sample;
mod scratch;

use std::cell::Cell;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use caretaker_backup::format::manifest::{Entry, Kind};
use caretaker_backup::read::restore::{self, Conflict, Ownership, Wish, prepare};
use caretaker_backup::read::{Archive, Shelf};
use caretaker_backup::write::{Cancel, Pace, Progress};
use caretaker_core::backup::{ArchivePath, DrillOrder, DrillOutcome, Report};
use caretaker_core::problem::{Code, Problem};

use crate::opening;
use crate::pace::pace;
use crate::problem::problem;
use crate::speech::Voice;
use crate::telling::telling;

#[cfg(test)]
use databases::NoOpener;
pub use databases::Opener;
use sample::Sample;
pub(crate) use scratch::Scratch;

/// Bytes between two waits: about a frame of an archive.
const STRETCH: u64 = 2 << 20;
/// Sentences and names of each kind that are told.
const MOST_TOLD: usize = 1_000;

/// What all parts of a drill look at.
struct Drill<'a> {
    order: &'a DrillOrder,
    shelf: &'a Shelf,
    point: &'a Archive,
    sample: &'a Sample,
    scratch: &'a Path,
    pace: &'a dyn Pace,
    /// Bytes that were read since the pace was asked.
    unasked: Cell<u64>,
    progress: &'a Progress,
    cancel: &'a Cancel,
    voice: &'a Voice,
}

/// Carries out a drill; a proof that failed is a result, and a drill that could not be carried out is a failure.
pub(crate) fn drill(order: &DrillOrder, opener: &dyn Opener, voice: &Voice, cancel: &Cancel) -> Result<(), Problem> {
    let failed = problem;
    let keys = opening::keys(&order.identities);
    let point = opening::archive(Path::new(&order.archive), &keys).map_err(failed)?;
    let shelf = opening::shelf(Path::new(&order.shelf), &keys).map_err(failed)?;
    let scratch = Scratch::make(Path::new(&order.scratch))?;
    let sample = sample::choose(&point, order, scratch.room())?;
    let progress = Progress::default();
    let pace = pace(order.hurry);
    let drill = Drill {
        order,
        shelf: &shelf,
        point: &point,
        sample: &sample,
        scratch: scratch.path(),
        pace: &*pace,
        unasked: Cell::new(0),
        progress: &progress,
        cancel,
        voice,
    };
    let outcome = drill.carry_out(opener);
    scratch.remove()?;
    voice.say(&Report::Drilled(Box::new(outcome?)));
    Ok(())
}

impl Drill<'_> {
    fn carry_out(&self, opener: &dyn Opener) -> Result<DrillOutcome, Problem> {
        let mut outcome = DrillOutcome {
            archive: self.point.header().id.to_string(),
            sample: self.sample.words.clone(),
            ..DrillOutcome::default()
        };
        if self.point.is_scanned() {
            outcome.fail("the archive's list of contents is damaged".to_owned());
        }
        self.bring_back(&mut outcome)?;
        self.restart(outcome.checked_files, outcome.checked_bytes);
        telling(self.voice, self.progress, "reading again", || compare::compare(self, &mut outcome))?;
        telling(self.voice, self.progress, "opening databases", || databases::open(self, opener, &mut outcome))?;
        self.restart(outcome.checked_files, outcome.checked_bytes);
        telling(self.voice, self.progress, "comparing with live files", || live::compare(self, &mut outcome))?;
        outcome.is_proven = outcome.failures.is_empty();
        Ok(outcome)
    }

    fn bring_back(&self, outcome: &mut DrillOutcome) -> Result<(), Problem> {
        let wish = self.wish();
        let failed = problem;
        let plan = telling(self.voice, self.progress, "looking", || prepare(&wish)).map_err(failed)?;
        let begun = Instant::now();
        let restored =
            telling(self.voice, self.progress, "restoring", || restore::restore_paced(&wish, &plan, self.pace));
        let report = restored.map_err(failed)?;
        let seconds = begun.elapsed().as_secs_f64();
        for lost in &report.failed {
            // What could not be read when the backup was made was told then; the archive holds what it says.
            let is_told = self.point.manifest().find(&lost.path).is_some_and(|entry| entry.holder == 0);
            if !is_told {
                outcome.fail(format!("`{}` did not come back: {}", ArchivePath::new(&*lost.path), lost.words));
            }
        }
        outcome.checked_files = self.sample.files;
        outcome.checked_bytes = report.bytes;
        outcome.restore_mb_per_s = if seconds > 0.0 { report.bytes as f64 / 1e6 / seconds } else { 0.0 };
        Ok(())
    }

    /// What is restored, and where to; asked a second time it compares.
    fn wish(&self) -> Wish<'_> {
        Wish {
            shelf: self.shelf,
            point: self.point,
            selection: &self.sample.selection,
            strip: b"",
            target: self.scratch,
            conflict: Conflict::KeepBoth,
            ownership: Ownership::Mine,
            workers: opening::workers(self.order.hurry),
            progress: self.progress,
            cancel: self.cancel,
        }
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.point.manifest().entries.iter().filter(|entry| self.sample.has(entry))
    }

    fn files(&self) -> impl Iterator<Item = &Entry> {
        self.entries().filter(|entry| entry.kind == Kind::File && entry.holder != 0)
    }

    fn restart(&self, files: u64, bytes: u64) {
        self.progress.files.store(0, Relaxed);
        self.progress.bytes.store(0, Relaxed);
        self.progress.files_expected.store(files, Relaxed);
        self.progress.bytes_expected.store(bytes, Relaxed);
    }

    /// Waits as often as a restore of the same bytes would, however small the files are.
    fn read(&self, bytes: u64) {
        let unasked = self.unasked.get() + bytes;
        self.unasked.set(unasked % STRETCH);
        if unasked >= STRETCH {
            self.pace.wait();
        }
    }

    fn done(&self, bytes: u64) -> Result<(), Problem> {
        self.progress.files.fetch_add(1, Relaxed);
        self.progress.bytes.fetch_add(bytes, Relaxed);
        if self.cancel.is_cancelled() {
            return Err(Problem::new(Code::Interrupted, "failed to finish the drill: it was cancelled"));
        }
        Ok(())
    }
}

trait Failing {
    fn fail(&mut self, sentence: String);
}

impl Failing for DrillOutcome {
    fn fail(&mut self, sentence: String) {
        match self.failures.len() {
            ..MOST_TOLD => self.failures.push(sentence),
            MOST_TOLD => self.failures.push("there is more that is not told".to_owned()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
