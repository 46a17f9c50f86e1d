//! Tells what the archives of a destination hold, for a catalog that is made anew: headers and manifests, no content. An archive
//! is what it says of itself, whatever its file is called; a copy of it counts once.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use caretaker_backup::encryption::Keys;
use caretaker_backup::format::manifest::{Entry, Kind};
use caretaker_backup::format::name::ArchiveName;
use caretaker_backup::read::Archive;
use caretaker_backup::write::Cancel;
use caretaker_core::backup::{ArchiveFacts, CatalogEntry, ReadOrder, Report, WorkProgress};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Timestamp;

use crate::facts;
use crate::speech::Voice;
use crate::trouble;

/// Entries of one report.
const BATCH: usize = 2_000;

/// Reads all archives, set by set, each set in the order of its archives.
pub(crate) fn read(order: &ReadOrder, voice: &Voice, cancel: &Cancel) -> Result<(), Problem> {
    let folder = Path::new(&order.folder);
    let keys = crate::opening::keys(&order.identities);
    let sets = folders(folder)?;
    let expected: usize = sets.iter().map(|(_, files)| files.len()).sum();
    let mut done = 0_u64;
    for (set, files) in sets {
        let (mut seen, mut contents) = (HashSet::new(), Contents::default());
        for path in in_order(files, &keys) {
            if cancel.is_cancelled() {
                return Err(Problem::new(Code::Interrupted, "failed to read the archives: it was cancelled"));
            }
            voice.say(&Report::Progress(WorkProgress {
                step: "reading archives".to_owned(),
                files: done,
                files_expected: expected as u64,
                ..WorkProgress::default()
            }));
            done += 1;
            let archive = match crate::opening::archive(&path, &keys) {
                Ok(archive) => archive,
                Err(error) => {
                    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                    let file = if set.is_empty() { name } else { format!("{set}/{name}") };
                    voice.say(&Report::Unreadable { file, reason: format!("failed to {error}") });
                    continue;
                }
            };
            let id = archive.header().id;
            let is_wanted = order.only.is_empty() || order.only.contains(&id.to_string());
            if id.is_none() || seen.insert(id) {
                let told = contents.of(&archive);
                if is_wanted {
                    tell(&archive, told, voice);
                }
            }
        }
    }
    voice.say(&Report::Read);
    Ok(())
}

fn tell(archive: &Archive, entries: Vec<CatalogEntry>, voice: &Voice) {
    voice.say(&Report::Archive(known(archive)));
    let mut entries = entries.into_iter();
    loop {
        let batch: Vec<CatalogEntry> = entries.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        voice.say(&Report::Entries(batch));
    }
    let manifest = archive.manifest();
    let is_stored = |entry: &&Entry| entry.kind == Kind::File && entry.place.is_some() && entry.link.is_none();
    let stored = || manifest.entries.iter().filter(is_stored);
    voice.say(&Report::Stored {
        files: stored().count() as u64,
        bytes: stored().map(|entry| entry.size).sum(),
        exceptions: manifest.exceptions.iter().map(facts::exception).collect(),
    });
}

/// What the archives before hold, so that a file which a later one only names has its content there too.
#[derive(Default)]
struct Contents(HashMap<u32, HashMap<Box<[u8]>, u64>>);

impl Contents {
    fn of(&mut self, archive: &Archive) -> Vec<CatalogEntry> {
        let manifest = archive.manifest();
        let digests = manifest.entries.iter().filter_map(|entry| Some((entry, entry.digest?)));
        let held = digests.map(|(entry, digest)| (entry.path.clone(), facts::content(digest))).collect();
        self.0.insert(manifest.sequence, held);
        let content = |entry: &Entry| self.0.get(&entry.holder).and_then(|held| held.get(&entry.path)).copied();
        let entries = manifest.entries.iter();
        entries.map(|entry| CatalogEntry { content: content(entry).unwrap_or(0), ..facts::entry(entry) }).collect()
    }
}

/// What is known of an archive without its entries. The hash of its file is the one that lies beside it: the catalog has no other
/// any more, and a deep check will tell when it is wrong.
fn known(archive: &Archive) -> ArchiveFacts {
    let (header, manifest) = (archive.header(), archive.manifest());
    let files = || manifest.entries.iter().filter(|entry| entry.kind == Kind::File);
    ArchiveFacts {
        id: header.id.to_string(),
        set: header.set.clone(),
        kind: Some(facts::kind_of(header.kind)),
        sequence: header.sequence,
        chain: header.chain.to_string(),
        at: if archive.is_scanned() {
            Timestamp::from_millis(header.started.saturating_mul(1_000))
        } else {
            facts::stamp_of(manifest.started)
        },
        file: archive.path().file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes_stored: archive.length(),
        bytes_source: files().map(|entry| entry.size).sum(),
        files: files().count() as u64,
        sha256: crate::verify::beside_hash(archive.path()).ok().flatten().unwrap_or_default(),
        host: header.host.clone(),
        needs: facts::needs(&manifest.holders, manifest.sequence),
        is_encrypted: archive.is_encrypted(),
        is_damaged: archive.is_scanned(),
        against: None,
    }
}

/// The folder's own archives and those of each folder in it, with the name of that folder.
fn folders(folder: &Path) -> Result<Vec<(String, Vec<PathBuf>)>, Problem> {
    let mut sets = vec![(String::new(), archives(folder)?)];
    let entries = std::fs::read_dir(folder).map_err(|error| trouble::io("list", folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| trouble::io("list", folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if caretaker_backup::format::name::is_set_name(&name) && entry.path().is_dir() {
            sets.push((name, archives(&entry.path())?));
        }
    }
    sets.retain(|(_, files)| !files.is_empty());
    sets.sort();
    Ok(sets)
}

/// Files that may be archives, under whatever name.
fn archives(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let failed = |error: std::io::Error| trouble::io("list", folder, &error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let may_be = path.extension().is_some_and(|end| end == "zst" || end == "gz" || end == "age");
        if may_be && entry.file_type().map_err(failed)?.is_file() {
            found.push(path);
        }
    }
    Ok(found)
}

/// By sequence as the headers say; a file under its proper name comes before a copy of it.
fn in_order(mut files: Vec<PathBuf>, keys: &Keys) -> Vec<PathBuf> {
    files.sort_by_cached_key(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let named = ArchiveName::parse(&name);
        let header = Archive::header_of(path, keys).ok();
        let is_proper = named.as_ref().zip(header.as_ref()).is_some_and(|(named, header)| {
            named.sequence == header.sequence && header.id.to_string().starts_with(&named.id8)
        });
        let sequence = header.map(|header| header.sequence).or(named.map(|named| named.sequence));
        (sequence.unwrap_or(u32::MAX), !is_proper, name)
    });
    files
}

#[cfg(test)]
mod tests;
