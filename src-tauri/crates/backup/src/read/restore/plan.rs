//! Looks at archives and target, and says for each thing what would happen. Writes nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;

use sha2::Digest as _;

use super::{Conflict, Item, Plan, Selection, Source, Step, Unrestored, Wish};
use crate::descent::{Descent, display, split};
use crate::error::{BackupError, Result};
use crate::format::manifest::{Entry, Flags, Kind, order};
use crate::source::{Meta, read};
use crate::write::{NoPace, Pace};

/// Bytes of one file between two waits: about a frame of an archive.
const STRETCH: u64 = 2 << 20;

/// Makes the plan of a restore.
pub fn prepare(wish: &Wish<'_>) -> Result<Plan> {
    prepare_paced(wish, &NoPace)
}

/// The same, no faster than somebody lets it: what is there already is read to know whether it is the same.
pub fn prepare_paced(wish: &Wish<'_>, pace: &dyn Pace) -> Result<Plan> {
    let wanted = wanted(wish)?;
    let mut plan = Plan::default();
    let lost = sources(wish, &wanted, &mut plan)?;
    let entries = &wish.point.manifest().entries;
    let mut target = match Descent::open(wish.target) {
        Ok(target) => Some(target),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(BackupError::io("open", wish.target, error)),
    };
    let mut steps = Steps { wish, folders: HashMap::new(), taken: HashSet::new() };
    for index in wanted {
        if wish.cancel.is_cancelled() {
            return Err(BackupError::Cancelled);
        }
        if lost.contains(&index) {
            continue;
        }
        let entry = &entries[index as usize];
        let Some(path) = strip(&entry.path, wish.strip) else { continue };
        steps.ancestors(split(path).0, &mut plan, target.as_mut());
        let digest = plan.sources.get(&index).and_then(|source| source.digest).or(entry.digest);
        let (to, step) = steps.step(path, entry.kind, target.as_mut(), |meta, descent, at| {
            is_same(entry, digest, meta, descent, at, pace)
        });
        if entry.kind == Kind::File
            && entry.link.is_none()
            && matches!(step, Step::Create | Step::Replace | Step::Beside)
            && !entry.flags.has(Flags::SPARSE)
        {
            plan.bytes += entry.size;
        }
        plan.items.push(Item { entry: Some(index), to, step });
    }
    Ok(plan)
}

fn strip<'a>(path: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    if prefix.is_empty() {
        return Some(path);
    }
    // The folder itself is the target, which is there already.
    path.strip_prefix(prefix)?.strip_prefix(b"/")
}

fn wanted(wish: &Wish<'_>) -> Result<Vec<u32>> {
    let entries = &wish.point.manifest().entries;
    let paths = match wish.selection {
        Selection::All => return Ok((0..entries.len() as u32).collect()),
        Selection::Paths(paths) => paths,
    };
    let mut chosen = HashSet::new();
    for path in paths {
        let path: &[u8] = path.strip_suffix(b"/").unwrap_or(path);
        // What a folder holds follows it, and what only shares a beginning does not lie between.
        let start = entries.partition_point(|entry| order(&entry.path, path).is_lt());
        let is_inside =
            |entry: &&Entry| entry.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest[0] == b'/');
        let count = entries[start..].iter().take_while(is_inside).count();
        if count == 0 {
            return Err(BackupError::refused(format!("find `{}` in `{}`", display(path), wish.point.path().display())));
        }
        chosen.extend(start as u32..(start + count) as u32);
    }
    let mut chosen: Vec<u32> = chosen.into_iter().collect();
    chosen.sort_unstable();
    Ok(chosen)
}

/// Finds the archive and place of everything with content; what none holds is lost, and named.
fn sources(wish: &Wish<'_>, wanted: &[u32], plan: &mut Plan) -> Result<HashSet<u32>> {
    let manifest = wish.point.manifest();
    let mut by_holder: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut lost = HashSet::new();
    for index in wanted {
        let entry = &manifest.entries[*index as usize];
        let needs_archive = entry.kind == Kind::File || entry.attributes != 0;
        if entry.kind == Kind::File && entry.holder == 0 {
            let words = "it could not be read when the backup was made, and no older copy exists".to_owned();
            plan.lost.push(Unrestored { path: entry.path.to_vec(), words });
            lost.insert(*index);
        } else if needs_archive && entry.holder != 0 {
            by_holder.entry(entry.holder).or_default().push(*index);
        }
        if let Some(base) = entry.base {
            by_holder.entry(base).or_default();
        }
    }
    for (sequence, indexes) in by_holder {
        let Some(holder) = manifest.holders.iter().find(|holder| holder.sequence == sequence) else { continue };
        plan.archives.push(*holder);
        let opened = if sequence == manifest.sequence {
            Ok(None)
        } else {
            wish.shelf.open_holder(*holder, indexes.len()).map(Some)
        };
        let archive = match &opened {
            Ok(other) => Ok(other.as_ref().unwrap_or(wish.point)),
            Err(
                error @ (BackupError::Missing { .. }
                | BackupError::Damaged { .. }
                | BackupError::Tampered { .. }
                | BackupError::Locked { .. }),
            ) => Err(error.to_string()),
            Err(_) => return Err(opened.err().unwrap_or(BackupError::Cancelled)),
        };
        for index in indexes {
            let entry = &manifest.entries[index as usize];
            let found = archive
                .as_ref()
                .map_err(|words| format!("failed to {words}"))
                .and_then(|archive| find(archive, entry).ok_or_else(|| format!("archive {sequence} does not hold it")));
            match found {
                Ok((at, digest)) => {
                    plan.sources.insert(index, Source { holder: sequence, entry: at, digest });
                }
                // A folder comes back without its attributes.
                Err(_) if entry.kind != Kind::File => {}
                Err(words) => {
                    plan.lost.push(Unrestored { path: entry.path.to_vec(), words });
                    lost.insert(index);
                }
            }
        }
    }
    plan.lost.sort_by(|one, other| order(&one.path, &other.path));
    Ok(lost)
}

/// The entry of an archive that has the content.
fn find(archive: &super::Archive, entry: &Entry) -> Option<(u32, Option<[u8; 32]>)> {
    let entries = &archive.manifest().entries;
    let at = entries.binary_search_by(|other| order(&other.path, &entry.path)).ok()?;
    let at = entries[at].link.map_or(at, |link| link as usize);
    let held = entries.get(at)?;
    held.place.filter(|_| held.kind == entry.kind).map(|_| (at as u32, held.digest))
}

struct Steps<'a, 'b> {
    wish: &'b Wish<'a>,
    /// Folders of the plan: where they go, and what happens to them.
    folders: HashMap<Vec<u8>, (Vec<u8>, Step)>,
    taken: HashSet<Vec<u8>>,
}

impl Steps<'_, '_> {
    /// Folders on the way that are not part of the selection.
    fn ancestors(&mut self, folder: &[u8], plan: &mut Plan, mut target: Option<&mut Descent>) {
        if folder.is_empty() || self.folders.contains_key(folder) {
            return;
        }
        self.ancestors(split(folder).0, plan, target.as_deref_mut());
        let (to, step) = self.step(folder, Kind::Folder, target, |_, _, _| false);
        plan.items.push(Item { entry: None, to, step });
    }

    /// Where something goes and what happens there.
    fn step(
        &mut self,
        path: &[u8],
        kind: Kind,
        target: Option<&mut Descent>,
        is_same: impl FnOnce(&Meta, &mut Descent, &[u8]) -> bool,
    ) -> (Vec<u8>, Step) {
        let (folder, name) = split(path);
        let (parent, parent_step) = self.folders.get(folder).cloned().unwrap_or((folder.to_vec(), Step::Merge));
        let mut to = join(&parent, name);
        let step = match parent_step {
            Step::Skip => Step::Skip,
            // In a folder that does not exist yet nothing is in the way.
            Step::Create | Step::Beside | Step::Replace => Step::Create,
            Step::Merge | Step::Same => match target {
                None => Step::Create,
                Some(target) => self.meet(&mut to, kind, target, is_same),
            },
        };
        self.taken.insert(to.clone());
        if kind == Kind::Folder {
            self.folders.insert(path.to_vec(), (to.clone(), step));
        }
        (to, step)
    }

    fn meet(
        &mut self,
        to: &mut Vec<u8>,
        kind: Kind,
        target: &mut Descent,
        is_same: impl FnOnce(&Meta, &mut Descent, &[u8]) -> bool,
    ) -> Step {
        let Some(meta) = look(target, to) else { return Step::Create };
        match (kind, meta.kind) {
            (Kind::Folder, Some(Kind::Folder)) => return Step::Merge,
            _ if is_same(&meta, target, to) => return Step::Same,
            _ => {}
        }
        match self.wish.conflict {
            Conflict::Skip => Step::Skip,
            Conflict::Replace if meta.kind != Some(Kind::Folder) => Step::Replace,
            Conflict::Replace | Conflict::KeepBoth => {
                *to = free_name(to, |name| look(target, name).is_none() && !self.taken.contains(name));
                Step::Beside
            }
        }
    }
}

fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

fn look(target: &mut Descent, path: &[u8]) -> Option<Meta> {
    let (folder, name) = target.parent(path).ok()?;
    Meta::at(folder, name).ok()
}

/// `letter (restored).txt`, `letter (restored 2).txt`, and so on.
pub(super) fn free_name(path: &[u8], mut is_free: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let (folder, name) = split(path);
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0 && name.len() - dot < 12);
    let (stem, end) = name.split_at(dot.unwrap_or(name.len()));
    let mut number = 1_u64;
    loop {
        let mark = if number == 1 { " (restored)".to_owned() } else { format!(" (restored {number})") };
        // A name of 255 bytes, the longest there is, gives way at its end.
        let room = 255_usize.saturating_sub(mark.len() + end.len());
        let stem = &stem[..stem.len().min(room)];
        let candidate = join(folder, &[stem, mark.as_bytes(), end].concat());
        if is_free(&candidate) {
            return candidate;
        }
        number += 1;
    }
}

fn is_same(
    entry: &Entry,
    digest: Option<[u8; 32]>,
    meta: &Meta,
    target: &mut Descent,
    at: &[u8],
    pace: &dyn Pace,
) -> bool {
    match entry.kind {
        Kind::File => {
            let Some(digest) = digest.filter(|_| meta.kind == Some(Kind::File) && meta.size == entry.size) else {
                return false;
            };
            // The hash of a sparse file is that of its map, which the file on the disk need not share.
            !entry.flags.has(Flags::SPARSE) && hash(target, at, pace) == Some(digest)
        }
        Kind::Symlink => {
            let Ok((folder, name)) = target.parent(at) else { return false };
            let target = rustix::fs::readlinkat(folder, name, Vec::new());
            target.is_ok_and(|target| target.as_bytes() == &*entry.target)
        }
        Kind::Fifo => meta.kind == Some(Kind::Fifo),
        Kind::Folder => false,
        Kind::CharacterDevice | Kind::BlockDevice => meta.kind == Some(entry.kind) && meta.device == entry.device,
    }
}

fn hash(target: &mut Descent, path: &[u8], pace: &dyn Pace) -> Option<[u8; 32]> {
    let (folder, name): (_, &OsStr) = target.parent(path).ok()?;
    let opened = read::open(folder, name).ok()?;
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    let mut at = 0;
    loop {
        let got = read::fill(&opened.file, at, &mut buffer).ok()?;
        hasher.update(&buffer[..got]);
        at += got as u64;
        // Small files are many; a wait for each would be long.
        if at.is_multiple_of(STRETCH) {
            pace.wait();
        }
        if got < buffer.len() {
            return Some(hasher.finalize().into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_name_keeps_its_ending_and_its_length() {
        let taken: Vec<&[u8]> = vec![b"a/letter (restored).txt"];
        let free = |path: &[u8]| free_name(path, |name| !taken.contains(&name));
        assert_eq!(free(b"a/letter.txt"), b"a/letter (restored 2).txt");
        assert_eq!(free(b".profile"), b".profile (restored)");
        assert!(free(&[b'x'; 255]).len() <= 255);
    }
}
