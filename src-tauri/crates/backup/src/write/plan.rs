//! Decides for everything that was found whether it is stored, and divides the work into frames. Reads files only where nothing
//! else tells: databases, sparse files, and large files whose record changed but perhaps not their content.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::num::NonZeroU32;
use std::path::PathBuf;

use super::folders::Folders;
use super::order::{Order, State, Totals};
use crate::error::{BackupError, Result};
use crate::format::manifest::{Entry, Exception, Flags, Kind, Reason, order};
use crate::format::member::padding;
use crate::format::name::Type;
use crate::format::sparse::SparseMap;
use crate::format::{CUT, OWN_FOLDER, PACK};
use crate::ordered;
use crate::pages;
use crate::source::change::{Verdict, horizon, verdict};
use crate::source::replace::COMPANIONS;
use crate::source::walk::{Found, Walked, real_path};
use crate::source::{Choice, Replacement};

/// What happens to something that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is in an archive already.
    Keep,
    /// Its header is stored: a folder, link, pipe or device.
    Header,
    /// It is read, and stored unless its content turns out to be the stored one.
    Read,
    /// It is cut into several frames; its place among the large files.
    Cut(u32),
    /// It was read already: the content is the stored one.
    Unchanged,
    /// It shares the content of another name.
    Name(u32),
    /// It is not part of the archive.
    Leave,
}

/// A unit of work.
#[derive(Debug, Clone)]
pub(super) enum Job {
    /// Headers and small files that share a frame.
    Pack(Vec<u32>),
    /// A piece of a large file.
    Part { file: usize, part: u64 },
}

/// A file that is stored in the place of another.
#[derive(Debug, Clone)]
pub(super) struct Staged {
    pub file: PathBuf,
    pub flags: Flags,
    /// For changed pages: the archive with the copy, and length and hash of the result.
    pub pages: Option<(u32, u64, [u8; 32])>,
}

/// A large file.
#[derive(Debug, Clone)]
pub(super) struct Large {
    pub found: u32,
    /// Bytes of content in the archive, without map and padding.
    pub stored: u64,
    pub map: Option<SparseMap>,
}

impl Large {
    pub(super) fn parts(&self) -> u64 {
        self.stored.div_ceil(CUT).max(1)
    }
}

/// All decisions.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub found: Vec<Found>,
    pub decisions: Vec<Decision>,
    /// The stored entry at the same path, by its place in the state before; empty without a state.
    before: Vec<Option<NonZeroU32>>,
    /// Files that are stored even if their content is the stored one.
    pub forced: HashSet<u32>,
    pub staged: HashMap<u32, Staged>,
    pub flags: HashMap<u32, Flags>,
    /// Why databases are copied byte by byte.
    pub unguaranteed: HashMap<u32, String>,
    pub large: Vec<Large>,
    pub jobs: Vec<Job>,
    /// Headers of folders, which come last.
    pub folder_jobs: Vec<Job>,
    /// Entries before that are gone or became something else; a folder stands for all that it held.
    pub gone: Vec<Box<[u8]>>,
    /// How many entries that are, with all that folders held.
    gone_entries: u64,
    /// Entries before that are kept although they could not be looked at.
    pub carried: Vec<u32>,
    pub exceptions: Vec<Exception>,
    pub totals: Totals,
    /// Bytes that will be read: those of files without their holes.
    pub to_read: u64,
}

static NOTHING: &[Entry] = &[];

pub(super) fn before<'a>(order: &Order<'a>) -> Option<&'a State> {
    if order.kind == Type::Incremental { order.previous } else { None }
}

impl Plan {
    pub(super) fn new(wish: &Order<'_>, walked: Walked) -> Result<Self> {
        let state = before(wish);
        let stored = state.map_or(NOTHING, |state| &state.entries);
        refuse_sudden_emptiness(wish, &walked)?;
        let mut plan = Self { found: walked.found, exceptions: walked.exceptions, ..Self::default() };
        plan.match_with(stored);
        plan.decide(wish, state, stored);
        plan.choose_replacements(wish, stored)?;
        plan.group_names(stored);
        plan.measure_large(wish)?;
        plan.read_large(wish, stored)?;
        plan.divide();
        plan.count();
        Ok(plan)
    }

    /// Finds the stored entry of each path, what is gone, and what is kept unseen.
    fn match_with(&mut self, stored: &[Entry]) {
        if stored.is_empty() {
            return;
        }
        self.before = vec![None; self.found.len()];
        let unseen: Vec<&[u8]> = self
            .exceptions
            .iter()
            .filter(|exception| matches!(exception.reason, Reason::Denied | Reason::ReadError))
            .map(|exception| &*exception.path)
            .collect();
        let mut index = 0;
        for (number, entry) in (0_u32..).zip(stored) {
            while self.found.get(index).is_some_and(|found| order(&found.path, &entry.path).is_lt()) {
                index += 1;
            }
            let is_below =
                |folder: &[u8]| entry.path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest[0] == b'/');
            match self.found.get(index).filter(|found| found.path == entry.path) {
                Some(found) => {
                    self.before[index] = NonZeroU32::new(number + 1);
                    if found.kind != entry.kind {
                        self.gone_entries += 1;
                        self.gone.push(entry.path.clone());
                    }
                }
                None if unseen.iter().any(|path| is_below(path)) => self.carried.push(number),
                None => {
                    self.gone_entries += 1;
                    // What a folder that is gone held is gone with it.
                    let is_told = self.gone.last().is_some_and(|gone| is_below(gone));
                    if !is_told {
                        self.gone.push(entry.path.clone());
                    }
                }
            }
        }
    }

    fn number_before(&self, index: u32) -> Option<u32> {
        self.before.get(index as usize).copied().flatten().map(|number| number.get() - 1)
    }

    /// The entry that was stored under the path of something that was found.
    pub(super) fn stored_before<'a>(&self, index: u32, stored: &'a [Entry]) -> Option<&'a Entry> {
        stored.get(self.number_before(index)? as usize)
    }

    fn decide(&mut self, wish: &Order<'_>, state: Option<&State>, stored: &[Entry]) {
        let horizon = horizon(state.map_or(wish.now, |state| state.started));
        self.decisions = (0..self.found.len())
            .map(|index| {
                let found = &self.found[index];
                let before = self.stored_before(index as u32, stored);
                let verdict = before.map_or(Verdict::New, |entry| {
                    verdict(entry, found.kind, &found.meta, &found.target, horizon, wish.inodes)
                });
                match (verdict, found.kind) {
                    (Verdict::Same, _) => Decision::Keep,
                    (Verdict::Read | Verdict::New, Kind::File) => Decision::Read,
                    (Verdict::Read | Verdict::New, _) => Decision::Header,
                }
            })
            .collect();
    }

    /// Asks the owner of the crate about files by name, and about databases.
    fn choose_replacements(&mut self, wish: &Order<'_>, stored: &[Entry]) -> Result<()> {
        let mut folders = Folders::default();
        let mut companions: HashSet<Box<[u8]>> = HashSet::new();
        for index in 0..self.found.len() {
            let found = &self.found[index];
            if found.kind != Kind::File || wish.cancel.is_cancelled() {
                continue;
            }
            let path = real_path(wish.roots, found);
            let mut choice = wish.replace.by_path(&path);
            if choice == Choice::Read && !found.meta.is_cloud_only && wish.replace.is_elsewhere(&path) {
                self.found[index].meta.is_cloud_only = true;
            }
            let found = &self.found[index];
            if choice == Choice::Read {
                let has_log = |plan: &Self| {
                    let beside = [&found.path[..], b"-wal"].concat();
                    let place = plan.found.binary_search_by(|other| order(&other.path, &beside));
                    place.is_ok_and(|place| plan.found[place].meta.size > 0)
                };
                let was_database = self
                    .stored_before(index as u32, stored)
                    .is_some_and(|entry| entry.flags.has(Flags::SNAPSHOT) || entry.flags.has(Flags::RAW_DATABASE));
                // What SQLite writes is a whole number of pages, and no page is smaller.
                let may_be = found.meta.size >= 512 && found.meta.size.is_multiple_of(512);
                let is_asked = self.decisions[index] != Decision::Keep || (was_database && has_log(self));
                if may_be && is_asked && folders.begins_as_database(wish, found) {
                    choice = wish.replace.database(&path);
                }
            }
            let name = found.path.clone();
            let is_copied = self.decisions[index] == Decision::Keep
                && self.stored_before(index as u32, stored).is_some_and(|entry| entry.flags.has(Flags::SNAPSHOT));
            let mut leave_companions =
                |name: &[u8]| companions.extend(COMPANIONS.iter().map(|end| Box::from([name, end].concat())));
            match choice {
                // What lies beside a copy that is stored already is no more part of it than it was.
                Choice::Read if is_copied => leave_companions(&name),
                Choice::Read => {}
                Choice::Unguaranteed(words) => {
                    self.flags.insert(index as u32, Flags::RAW_DATABASE);
                    self.unguaranteed.insert(index as u32, words);
                    self.decisions[index] = Decision::Read;
                }
                Choice::Leave(words) => {
                    self.exceptions.push(Exception { path: name, reason: Reason::NotReplaced, words });
                    self.decisions[index] = Decision::Leave;
                }
                Choice::Instead(replacement) => {
                    leave_companions(&name);
                    self.stage(index, replacement, stored)?;
                }
            }
        }
        for index in 0..self.found.len() {
            if companions.contains(&self.found[index].path) {
                self.decisions[index] = Decision::Leave;
            }
        }
        Ok(())
    }

    fn stage(&mut self, index: usize, replacement: Replacement, stored: &[Entry]) -> Result<()> {
        let failed = |file: &PathBuf| {
            let file = file.clone();
            move |error: std::io::Error| BackupError::io("read", &file, error)
        };
        let Replacement { content, pages } = replacement;
        let mut staged = Staged { file: content, flags: Flags::SNAPSHOT, pages: None };
        if let Some(of) = pages {
            let file = File::open(&of.file).map_err(failed(&of.file))?;
            let summary = pages::summary(file).map_err(failed(&of.file))?;
            staged = Staged {
                file: of.file,
                flags: Flags::SNAPSHOT.with(Flags::PAGES),
                pages: Some((of.base, summary.size, summary.digest)),
            };
        }
        let file = File::open(&staged.file).map_err(failed(&staged.file))?;
        let meta = crate::source::Meta::of(&file).map_err(failed(&staged.file))?;
        let before = self.stored_before(index as u32, stored);
        let is_same = match staged.pages {
            Some((_, _, digest)) => before.is_some_and(|entry| entry.digest == Some(digest)),
            None => false,
        };
        self.decisions[index] = if is_same { Decision::Unchanged } else { Decision::Read };
        let found = &mut self.found[index].meta;
        (found.size, found.allocated, found.names) = (meta.size, meta.size, 1);
        self.staged.insert(index as u32, staged);
        Ok(())
    }

    /// Names of one file stand and fall together: plain tools can link them only if one archive holds them all.
    fn group_names(&mut self, stored: &[Entry]) {
        let mut groups: BTreeMap<(u64, u64), Vec<u32>> = BTreeMap::new();
        for (index, found) in (0_u32..).zip(&self.found) {
            let is_kept = self.decisions[index as usize] != Decision::Leave;
            if found.kind == Kind::File && found.meta.names > 1 && is_kept {
                groups.entry((found.meta.file_system, found.meta.inode)).or_default().push(index);
            }
        }
        for group in groups.into_values().filter(|group| group.len() > 1) {
            let first = group[0];
            let leader_before = self.stored_before(first, stored);
            let is_same_group = leader_before.is_some_and(|leader| leader.link.is_none())
                && group[1..].iter().all(|index| {
                    let entry = self.stored_before(*index, stored);
                    entry.is_some_and(|entry| entry.link.is_some() && entry.link == self.number_before(first))
                });
            let is_kept = is_same_group && group.iter().all(|index| self.decisions[*index as usize] == Decision::Keep);
            if is_kept {
                continue;
            }
            if !is_same_group {
                self.forced.insert(first);
            }
            self.decisions[first as usize] = Decision::Read;
            for index in &group[1..] {
                self.decisions[*index as usize] = Decision::Name(first);
            }
        }
    }

    /// Files that are cut, and files with holes.
    fn measure_large(&mut self, wish: &Order<'_>) -> Result<()> {
        let mut folders = Folders::default();
        for index in 0..self.found.len() {
            let found = &self.found[index];
            let is_sparse = found.meta.allocated.saturating_add(64 << 10) <= found.meta.size;
            if self.decisions[index] != Decision::Read || (found.meta.size <= CUT && !is_sparse) {
                continue;
            }
            let map = if is_sparse { folders.holes(wish, found) } else { None };
            let stored = map.as_ref().map_or(found.meta.size, SparseMap::data);
            if map.is_none() && found.meta.size <= CUT {
                continue;
            }
            self.decisions[index] = Decision::Cut(self.large.len() as u32);
            self.large.push(Large { found: index as u32, stored, map });
        }
        if wish.cancel.is_cancelled() { Err(BackupError::Cancelled) } else { Ok(()) }
    }

    /// A large file of which only the record changed is hashed first: storing it again would cost far more.
    fn read_large(&mut self, wish: &Order<'_>, stored: &[Entry]) -> Result<()> {
        let candidates: Vec<(usize, [u8; 32], u64)> = self
            .large
            .iter()
            .enumerate()
            .filter_map(|(number, large)| {
                let entry = self.stored_before(large.found, stored)?;
                let meta = &self.found[large.found as usize].meta;
                let is_staged = self.staged.contains_key(&large.found);
                let may_be_same = entry.size == meta.size
                    && entry.kind == Kind::File
                    && !self.forced.contains(&large.found)
                    && (entry.modified == meta.modified || is_staged);
                may_be_same.then_some((number, entry.digest?, entry.attributes))
            })
            .collect();
        let mut same = Vec::new();
        ordered::run(
            candidates.len(),
            wish.workers,
            || Ok(Folders::default()),
            |folders, job| {
                let (number, digest, attributes) = candidates[job];
                let large = &self.large[number];
                Ok(folders.has_content(wish, self, large, &digest, attributes)?.then_some(large.found))
            },
            |_, found: Option<u32>| {
                same.extend(found);
                Ok(())
            },
        )?;
        for found in same {
            self.decisions[found as usize] = Decision::Unchanged;
            // Further names have no content of their own: they stay with the first one.
            let names = self.decisions.iter_mut().filter(|decision| **decision == Decision::Name(found));
            names.for_each(|decision| *decision = Decision::Unchanged);
        }
        Ok(())
    }

    /// Makes frames. Folders come after all that they hold: whoever unpacks in order then sets their times last.
    fn divide(&mut self) {
        let mut pack = Pack::default();
        let mut folders = Pack::default();
        for (index, decision) in (0_u32..).zip(&self.decisions) {
            let found = &self.found[index as usize];
            match decision {
                Decision::Header if found.kind == Kind::Folder => folders.add(index, 0, &mut self.folder_jobs),
                Decision::Header => pack.add(index, 0, &mut self.jobs),
                Decision::Read => pack.add(index, found.meta.size, &mut self.jobs),
                Decision::Cut(file) => {
                    pack.close(&mut self.jobs);
                    let file = *file as usize;
                    self.jobs.extend((0..self.large[file].parts()).map(|part| Job::Part { file, part }));
                }
                Decision::Keep | Decision::Unchanged | Decision::Name(_) | Decision::Leave => {}
            }
        }
        pack.close(&mut self.jobs);
        folders.close(&mut self.folder_jobs);
    }

    fn count(&mut self) {
        let mut totals = Totals { entries: self.found.len() as u64, ..Totals::default() };
        for (index, (found, decision)) in (0_u32..).zip(self.found.iter().zip(&self.decisions)) {
            if found.kind != Kind::File || *decision == Decision::Leave {
                continue;
            }
            totals.files += 1;
            totals.bytes += found.meta.size;
            if matches!(decision, Decision::Read | Decision::Cut(_)) {
                totals.stored += 1;
                totals.stored_bytes += found.meta.size;
                totals.altered += u64::from(self.number_before(index).is_some());
                self.to_read += found.meta.size.min(found.meta.allocated);
            }
        }
        totals.gone = self.gone_entries;
        self.totals = totals;
    }
}

/// What comes into one frame.
#[derive(Debug, Default)]
struct Pack {
    members: Vec<u32>,
    size: u64,
}

impl Pack {
    fn add(&mut self, index: u32, content: u64, jobs: &mut Vec<Job>) {
        let bytes = 1_536 + content + padding(content) as u64;
        if self.size + bytes > PACK {
            self.close(jobs);
        }
        self.members.push(index);
        self.size += bytes;
    }

    fn close(&mut self, jobs: &mut Vec<Job>) {
        if !self.members.is_empty() {
            jobs.push(Job::Pack(std::mem::take(&mut self.members)));
        }
        self.size = 0;
    }
}

/// A source that had files and has none now is more likely unmounted than emptied.
fn refuse_sudden_emptiness(wish: &Order<'_>, walked: &Walked) -> Result<()> {
    let Some(before) = wish.previous else { return Ok(()) };
    for (number, root) in (0_u32..).zip(wish.roots) {
        let has_files = walked.found.iter().any(|found| found.root == number && found.kind != Kind::Folder);
        let had_files = || {
            let inside = |entry: &&Entry| {
                entry.path.strip_prefix(&root.name[..]).is_some_and(|rest| rest.first() == Some(&b'/'))
            };
            before.entries.iter().filter(inside).any(|entry| entry.kind != Kind::Folder)
        };
        if !has_files && had_files() {
            return Err(BackupError::refused(format!(
                "back up `{}`: it is empty, and held files before; if that is meant, begin a new full backup without a state",
                root.path.display()
            )));
        }
    }
    Ok(())
}

/// The name of a member with changed pages.
pub(crate) fn pages_path(path: &[u8]) -> Vec<u8> {
    [OWN_FOLDER, b"/pages/", path, b".ctpages"].concat()
}
