//! `list`: the archives of a folder, or the tree of one.

use std::io::{BufWriter, Write as _};
use std::path::Path;

use caretaker_backup::encryption::Keys;
use caretaker_backup::format::hex;
use caretaker_backup::format::manifest::{Entry, Flags, Kind, Reason};
use caretaker_backup::read::{Archive, Shelf};
use serde_json::json;

use super::{Failure, Found, count, shown, size};

pub(super) fn list(place: &Path, path: Option<&str>, keys: &Keys, json: bool) -> Result<Found, Failure> {
    if place.is_dir() { folder(place, keys, json) } else { archive(place, path, keys, json) }
}

fn folder(place: &Path, keys: &Keys, json: bool) -> Result<Found, Failure> {
    let shelf = Shelf::open(place)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut rows = Vec::new();
    let mut found = Found::Good;
    for (name, path) in shelf.archives() {
        let length = path.metadata().map_or(0, |meta| meta.len());
        let state = match Archive::open_with(path, keys) {
            Ok(archive) => format!("{} entries", archive.manifest().entries.len()),
            Err(error) => {
                found = Found::Bad;
                format!("failed to {error}")
            }
        };
        if json {
            rows.push(json!({
                "name": name.to_string(), "path": path, "type": name.kind, "sequence": name.sequence,
                "time": name.time, "bytes": length, "state": state,
            }));
        } else {
            writeln!(
                out,
                "{:>6}  {}  {:<13} {:>10}  {state}",
                name.sequence,
                readable(&name.time),
                name.kind.word(),
                size(length)
            )?;
        }
    }
    if json {
        writeln!(out, "{}", json!({ "archives": rows }))?;
    } else if shelf.archives().is_empty() {
        writeln!(out, "There is no archive in {}.", place.display())?;
    }
    out.flush()?;
    Ok(found)
}

/// `20260131T093000Z` for people.
fn readable(time: &str) -> String {
    let part = |from: usize, to: usize| time.get(from..to).unwrap_or_default();
    format!("{}-{}-{} {}:{} UTC", part(0, 4), part(4, 6), part(6, 8), part(9, 11), part(11, 13))
}

fn archive(place: &Path, path: Option<&str>, keys: &Keys, json: bool) -> Result<Found, Failure> {
    let archive = Archive::open_with(place, keys)?;
    let (header, manifest) = (archive.header(), archive.manifest());
    let mut out = BufWriter::new(std::io::stdout().lock());
    let below = path.map(|path| path.trim_matches('/').as_bytes());
    let is_wanted = |entry: &&Entry| {
        below.is_none_or(|below| entry.path.strip_prefix(below).is_some_and(|rest| rest.is_empty() || rest[0] == b'/'))
    };
    let entries = manifest.entries.iter().filter(is_wanted);
    if json {
        for entry in entries {
            let line = json!({
                "path": String::from_utf8_lossy(&entry.path), "kind": kind(entry.kind), "bytes": entry.size,
                "mode": format!("{:o}", entry.mode), "modified": entry.modified.decimal(), "archive": entry.holder,
                "sha256": entry.digest.map(|digest| hex(&digest)),
            });
            writeln!(out, "{line}")?;
        }
        out.flush()?;
        return Ok(Found::Good);
    }
    writeln!(
        out,
        "Archive {} of the set {}, {}, made {} on {}.",
        header.sequence,
        header.set,
        header.kind.word(),
        header.time,
        header.host
    )?;
    for entry in entries {
        let target = if entry.kind == Kind::Symlink { format!(" -> {}", shown(&entry.target)) } else { String::new() };
        let note = notes(entry);
        let bytes = if entry.kind == Kind::File { size(entry.size) } else { String::new() };
        writeln!(out, "{} {:>10}  {}  {}{target}{note}", letter(entry), bytes, entry.modified, shown(&entry.path))?;
    }
    if !manifest.exceptions.is_empty() {
        writeln!(
            out,
            "{} did not go as planned:",
            count(manifest.exceptions.len() as u64, "entry").replace("entrys", "entries")
        )?;
        for exception in &manifest.exceptions {
            writeln!(out, "  {}: {} ({})", shown(&exception.path), reason(exception.reason), exception.words)?;
        }
    }
    out.flush()?;
    Ok(Found::Good)
}

fn letter(entry: &Entry) -> char {
    match entry.kind {
        Kind::File => '-',
        Kind::Folder => 'd',
        Kind::Symlink => 'l',
        Kind::Fifo => 'p',
        Kind::CharacterDevice => 'c',
        Kind::BlockDevice => 'b',
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "file",
        Kind::Folder => "folder",
        Kind::Symlink => "link",
        Kind::Fifo => "pipe",
        Kind::CharacterDevice => "character-device",
        Kind::BlockDevice => "block-device",
    }
}

fn notes(entry: &Entry) -> String {
    let known = [
        (Flags::CHANGED, "changed while it was read"),
        (Flags::UNREADABLE, "an older copy"),
        (Flags::CLOUD_ONLY, "only with a provider"),
        (Flags::RAW_DATABASE, "a database without a guarantee"),
    ];
    let notes: Vec<&str> = known.iter().filter(|(flag, _)| entry.flags.has(*flag)).map(|(_, note)| *note).collect();
    if notes.is_empty() { String::new() } else { format!(" [{}]", notes.join(", ")) }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Vanished => "went away",
        Reason::Denied => "rights are missing",
        Reason::Changed => "changed while it was read",
        Reason::ReadError => "could not be read",
        Reason::Replaced => "became something else",
        Reason::Socket => "is a socket",
        Reason::CloudOnly => "lies with a provider",
        Reason::NotReplaced => "was left out",
        Reason::RawDatabase => "is a database without a guarantee",
    }
}
