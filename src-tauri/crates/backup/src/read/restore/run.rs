//! Carries out a plan: folders, files, further names, links, and last what is known about folders.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::sync::Mutex;
use std::sync::PoisonError;

use rustix::fs::{AtFlags, FileType, Mode};

use super::content::{Large, Note, begin, end, fatal, plan_digest, small};
use super::folders::{self, Moved};
use super::node::node;
use super::target::{Target, last};
use super::{Ownership, Plan, Report, Source, Step, Unrestored, Wish, paged};
use crate::descent::{Descent, to_path};
use crate::error::{BackupError, Result};
use crate::format::manifest::{Entry, Flags, Kind};
use crate::read::Archive;
use crate::read::stream::{Event, Going, Reading, stream};
use crate::write::{NoPace, Pace};

/// Does what the plan says. Things that fail are named in the report; an error means that the whole could not go on.
pub fn restore(wish: &Wish<'_>, plan: &Plan) -> Result<Report> {
    restore_paced(wish, plan, &NoPace)
}

/// The same, no faster than somebody lets it: asked by each thread before each frame.
pub fn restore_paced(wish: &Wish<'_>, plan: &Plan, pace: &dyn Pace) -> Result<Report> {
    let failed = |action| move |error: io::Error| BackupError::io(action, wish.target, error);
    std::fs::create_dir_all(wish.target).map_err(failed("make"))?;
    let descent = Descent::open(wish.target).map_err(failed("open"))?;
    let free = rustix::fs::fstatvfs(descent.root()).map_err(|error| failed("look at")(error.into()))?;
    if free.f_bavail.saturating_mul(free.f_frsize) < plan.bytes {
        return Err(BackupError::Full { path: wish.target.to_owned() });
    }
    wish.progress.bytes_expected.store(plan.bytes, std::sync::atomic::Ordering::Relaxed);
    let mut target = Target::new(descent.again().map_err(failed("open"))?, wish.ownership);
    let mut report = Report { failed: plan.lost.clone(), ..Report::default() };
    let moved = folders::make(wish, plan, &mut target, &mut report);
    target.descent.forget();
    let mut restoring =
        Restoring { wish, plan, pace, moved, descent, target, report, names: HashMap::new(), carriers: HashSet::new() };
    restoring.files()?;
    restoring.paged()?;
    restoring.further_names();
    restoring.specials()?;
    let Restoring { moved, mut target, mut report, .. } = restoring;
    target.descent.forget();
    folders::finish(wish, plan, &moved, &mut target, &mut report);
    let _ = rustix::fs::fsync(target.descent.root());
    report.failed.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(report)
}

struct Restoring<'a, 'b> {
    wish: &'b Wish<'a>,
    plan: &'b Plan,
    pace: &'b dyn Pace,
    moved: Moved,
    descent: Descent,
    target: Target,
    report: Report,
    /// Where files with several names are, by archive and place: the first name that was restored.
    names: HashMap<(u32, u32), Vec<u8>>,
    /// Items that got their content from an archive.
    carriers: HashSet<usize>,
}

impl Restoring<'_, '_> {
    fn entry(&self, item: usize) -> Option<&Entry> {
        let index = self.plan.items[item].entry?;
        self.wish.point.manifest().entries.get(index as usize)
    }

    fn fail(&mut self, item: usize, words: String) {
        let path = self.entry(item).map_or_else(|| self.plan.items[item].to.clone(), |entry| entry.path.to_vec());
        self.report.failed.push(Unrestored { path, words });
    }

    fn written(&mut self, item: usize, to: Vec<u8>, bytes: u64, refused: Option<String>) {
        self.report.restored += 1;
        self.report.bytes += bytes;
        self.wish.progress.add(1, bytes);
        let Some(path) = self.entry(item).map(|entry| entry.path.to_vec()) else { return };
        if let Some(words) = refused {
            self.report.reduced.push(Unrestored { path: path.clone(), words });
        }
        if self.moved.place(&self.plan.items[item].to).as_ref() != Some(&to) {
            self.report.renamed.push((path, to.clone()));
        }
        if let Some(source) = self.source(item) {
            self.names.entry((source.holder, source.entry)).or_insert(to);
        }
    }

    fn source(&self, item: usize) -> Option<Source> {
        self.plan.sources.get(&self.plan.items[item].entry?).copied()
    }

    /// Whether content is written for an item.
    fn is_written(step: Step) -> bool {
        matches!(step, Step::Create | Step::Replace | Step::Beside)
    }

    /// All files with content in frames, one archive after the other.
    fn files(&mut self) -> Result<()> {
        // For each archive: which item gets the content of which entry. Further names of a file follow later.
        let mut by_holder: HashMap<u32, HashMap<u32, usize>> = HashMap::new();
        for item in 0..self.plan.items.len() {
            let (step, Some(entry), Some(source)) = (self.plan.items[item].step, self.entry(item), self.source(item))
            else {
                continue;
            };
            let is_paged = entry.flags.has(Flags::PAGES);
            let is_content = entry.kind == Kind::File && !is_paged && Self::is_written(step);
            let is_attributes = entry.kind == Kind::Folder && step != Step::Skip;
            if entry.kind == Kind::File && step == Step::Same {
                let to = self.moved.place(&self.plan.items[item].to);
                let entry = entry.clone();
                match to.map(|to| (self.target.touch(&to, &entry), to)) {
                    Some((Ok(refused), to)) => self.written(item, to, 0, refused.words()),
                    Some((Err(error), _)) => self.fail(item, error.to_string()),
                    None => {}
                }
                continue;
            }
            if is_content || is_attributes {
                by_holder.entry(source.holder).or_default().entry(source.entry).or_insert(item);
            }
        }
        self.carriers = by_holder.values().flat_map(|wanted| wanted.values().copied()).collect();
        let mut holders: Vec<u32> = by_holder.keys().copied().collect();
        holders.sort_unstable();
        for sequence in holders {
            let wanted = &by_holder[&sequence];
            let opened = self.open(sequence)?;
            let archive = opened.as_ref().unwrap_or(self.wish.point);
            // What came with other bytes is read once more: a cable, or the memory, may have been at fault, and not the archive.
            let failed = self.from(archive, wanted)?;
            if !failed.is_empty() {
                let again = wanted.iter().filter(|(_, item)| failed.contains_key(item));
                let again = again.map(|(entry, item)| (*entry, *item)).collect();
                let failed = self.from(archive, &again)?;
                for (item, words) in failed {
                    self.fail(item, words);
                }
            }
        }
        Ok(())
    }

    fn open(&self, sequence: u32) -> Result<Option<Archive>> {
        let manifest = self.wish.point.manifest();
        if sequence == manifest.sequence {
            return Ok(None);
        }
        let holder = manifest.holders.iter().find(|holder| holder.sequence == sequence);
        let holder = holder
            .ok_or_else(|| BackupError::damaged(self.wish.point.path(), "it names an archive that it does not list"))?;
        self.wish.shelf.open_holder(*holder, 0).map(Some)
    }

    /// Takes what is wanted out of one archive; gives back which items did not come with the right bytes, and why.
    fn from(&mut self, archive: &Archive, wanted: &HashMap<u32, usize>) -> Result<BTreeMap<usize, String>> {
        let frames = frames(archive, wanted);
        let (wish, plan) = (self.wish, self.plan);
        let moved = std::mem::take(&mut self.moved);
        let descent = Mutex::new(self.descent.again().map_err(|error| BackupError::io("open", wish.target, error))?);
        let prepare = || {
            let own = descent.lock().unwrap_or_else(PoisonError::into_inner).again();
            own.map(|own| Target::new(own, wish.ownership)).map_err(|error| BackupError::io("open", wish.target, error))
        };
        let mut large: Option<Large> = None;
        let mut notes: Vec<Note> = Vec::new();
        let mut consumer = Target::new(
            self.descent.again().map_err(|error| BackupError::io("open", wish.target, error))?,
            wish.ownership,
        );
        let result = stream(
            archive,
            &frames,
            Reading::Some,
            Going { workers: wish.workers, pace: self.pace },
            prepare,
            |target, index, parsed, content| {
                if wish.cancel.is_cancelled() {
                    return Err(BackupError::Cancelled);
                }
                let Some(item) = wanted.get(&index).copied() else { return Ok(None) };
                small(wish, plan, &moved, target, item, parsed, content, plan_digest(plan, item)).map(Some)
            },
            |event| {
                match event {
                    Event::Note(note) => notes.push(note),
                    Event::Begin(index, parsed) => {
                        large = None;
                        let Some(item) = wanted.get(&index).copied() else { return Ok(()) };
                        match begin(plan, &moved, &mut consumer, item, parsed) {
                            Ok(begun) => large = begun,
                            Err(error) => notes.push(Note::Failed { item, words: fatal(wish, error)? }),
                        }
                    }
                    Event::Feed(bytes) => {
                        if wish.cancel.is_cancelled() {
                            return Err(BackupError::Cancelled);
                        }
                        if let Some(large) = &mut large {
                            large.feed(bytes);
                        }
                    }
                    Event::End => {
                        if let Some(large) = large.take() {
                            notes.push(end(wish, plan, &consumer, large)?);
                        }
                    }
                    Event::Lost(index) => {
                        large = None;
                        if let Some(item) = wanted.get(&index) {
                            notes.push(Note::Wrong { item: *item, words: "the archive is damaged where it lies" });
                        }
                    }
                    Event::Broken(..) => {}
                    Event::Strange(words) => return Err(BackupError::tampered(archive.path(), words)),
                }
                Ok(())
            },
        );
        self.moved = moved;
        let mut wrong = BTreeMap::new();
        for note in notes {
            match note {
                Note::Written { item, to, bytes, refused } => self.written(item, to, bytes, refused),
                Note::Failed { item, words } => self.fail(item, words),
                Note::Wrong { item, words } => {
                    wrong.insert(item, words.to_owned());
                }
                Note::Nothing => {}
            }
        }
        result.map(|()| wrong)
    }

    fn paged(&mut self) -> Result<()> {
        for item in 0..self.plan.items.len() {
            let step = self.plan.items[item].step;
            let (Some(entry), Some(source)) = (self.entry(item).cloned(), self.source(item)) else { continue };
            if !entry.flags.has(Flags::PAGES) || !Self::is_written(step) {
                continue;
            }
            let Some(to) = self.moved.place(&self.plan.items[item].to) else { continue };
            match paged::put_together(self.wish, &mut self.target, &to, item, &entry, source) {
                Ok(growing) => match self.target.finish(growing, &entry, &[], step) {
                    Ok((to, refused)) => self.written(item, to, entry.size, refused.words()),
                    Err(error) => self.fail(item, error.to_string()),
                },
                Err(error @ (BackupError::Full { .. } | BackupError::Cancelled)) => return Err(error),
                Err(error) => self.fail(item, format!("failed to {error}")),
            }
        }
        Ok(())
    }

    /// Names of files whose content is there under another name.
    fn further_names(&mut self) {
        let mut sharing: HashMap<(u32, u32), usize> = HashMap::new();
        let shared = |this: &Self, item: usize| {
            let (entry, source) = (this.entry(item)?, this.source(item)?);
            (entry.kind == Kind::File && !entry.flags.has(Flags::PAGES)).then_some((source.holder, source.entry))
        };
        for item in 0..self.plan.items.len() {
            if let Some(source) = shared(self, item) {
                *sharing.entry(source).or_default() += 1;
            }
        }
        for item in 0..self.plan.items.len() {
            let step = self.plan.items[item].step;
            let Some(source) = shared(self, item).filter(|source| sharing.get(source).is_some_and(|count| *count > 1))
            else {
                continue;
            };
            if !Self::is_written(step) || self.carriers.contains(&item) {
                continue;
            }
            let (Some(entry), Some(to)) = (self.entry(item).cloned(), self.moved.place(&self.plan.items[item].to))
            else {
                continue;
            };
            let Some(first) = self.names.get(&source).cloned() else {
                self.fail(item, "the file that it is another name of could not be restored".to_owned());
                continue;
            };
            let parent =
                self.descent.folder(crate::descent::split(&first).0).and_then(|folder| folder.try_clone_to_owned());
            let linked = parent.and_then(|parent| {
                self.target.special(&to, item, step, |folder, name| {
                    rustix::fs::linkat(&parent, last(&first), folder, name, AtFlags::empty())
                })
            });
            match linked {
                Ok(to) => self.written(item, to, 0, None),
                // A target without links gets a copy.
                Err(_) => match self.copy(&first, &to, item, &entry, step) {
                    Ok((to, refused)) => self.written(item, to, entry.size, refused),
                    Err(error) => self.fail(item, error.to_string()),
                },
            }
        }
    }

    fn copy(
        &mut self,
        first: &[u8],
        to: &[u8],
        item: usize,
        entry: &Entry,
        step: Step,
    ) -> io::Result<(Vec<u8>, Option<String>)> {
        let (folder, name) = self.descent.parent(first)?;
        let mut opened = crate::source::read::open(folder, name).map_err(|trouble| io::Error::other(trouble.words))?;
        let mut growing = self.target.begin(to, item)?;
        io::copy(&mut opened.file, &mut growing.file)?;
        let (to, refused) = self.target.finish(growing, entry, &[], step)?;
        Ok((to, refused.words()))
    }

    /// Links, pipes and devices, after all files: nothing is ever put through them.
    fn specials(&mut self) -> Result<()> {
        for item in 0..self.plan.items.len() {
            if self.wish.cancel.is_cancelled() {
                return Err(BackupError::Cancelled);
            }
            let step = self.plan.items[item].step;
            let Some(entry) = self.entry(item).cloned() else { continue };
            if matches!(entry.kind, Kind::File | Kind::Folder) || step == Step::Skip {
                continue;
            }
            let Some(to) = self.moved.place(&self.plan.items[item].to) else { continue };
            let is_device = matches!(entry.kind, Kind::CharacterDevice | Kind::BlockDevice);
            if is_device && self.wish.ownership == Ownership::Mine {
                self.report.reduced.push(Unrestored {
                    path: entry.path.to_vec(),
                    words: "devices come back only with owners".to_owned(),
                });
                continue;
            }
            let made = if step == Step::Same {
                Ok(to)
            } else {
                self.target.special(&to, item, step, |folder, name| make(&entry, folder, name))
            };
            match made {
                Ok(to) => {
                    let refused = self.target.record_link(&to, &entry).ok().and_then(|refused| refused.words());
                    self.written(item, to, 0, refused);
                }
                Err(error) => self.fail(item, error.to_string()),
            }
        }
        Ok(())
    }
}

fn make(entry: &Entry, folder: std::os::fd::BorrowedFd<'_>, name: &str) -> rustix::io::Result<()> {
    let mode = Mode::from_bits_truncate(entry.mode as rustix::fs::RawMode);
    let (major, minor) = entry.device;
    match entry.kind {
        Kind::Symlink => rustix::fs::symlinkat(to_path(&entry.target), folder, name),
        Kind::Fifo => node(folder, name, FileType::Fifo, mode, (0, 0)),
        Kind::CharacterDevice => node(folder, name, FileType::CharacterDevice, mode, (major, minor)),
        Kind::BlockDevice => node(folder, name, FileType::BlockDevice, mode, (major, minor)),
        Kind::File | Kind::Folder => Ok(()),
    }
}

/// The frames that hold what is wanted, and those that large files go on in.
fn frames(archive: &Archive, wanted: &HashMap<u32, usize>) -> Vec<u32> {
    let entries = &archive.manifest.entries;
    let count = archive.manifest.frames.len() as u32;
    let mut frames = BTreeSet::new();
    for index in wanted.keys() {
        let Some(place) = entries.get(*index as usize).and_then(|entry| entry.place) else { continue };
        frames.insert(place.frame);
        if archive.layout.entries(place.frame).last() == Some(index) {
            frames.extend((place.frame + 1..count).take_while(|frame| archive.layout.entries(*frame).is_empty()));
        }
    }
    frames.into_iter().collect()
}
