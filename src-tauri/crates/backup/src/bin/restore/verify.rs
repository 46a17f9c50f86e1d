//! `verify`: checks one archive, or all of a folder.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use caretaker_backup::BackupError;
use caretaker_backup::encryption::Keys;
use caretaker_backup::read::{Archive, Level, Report, Shelf, sidecar, verify as check};
use caretaker_backup::write::Cancel;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{Failure, Found, count, shown, size};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// An archive, or a folder of archives.
    place: PathBuf,
    /// How deep to look.
    #[arg(long, value_enum, default_value_t = Depth::Content)]
    level: Depth,
    /// Damaged archives: what can still be read.
    #[arg(long)]
    damaged: bool,
    /// For programs.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Depth {
    /// Only the ends: footer, manifest and header.
    Ends,
    /// Every part, by its checksum.
    Frames,
    /// Every file, by its SHA-256.
    Content,
}

pub(super) fn verify(arguments: &Arguments, keys: &Keys) -> Result<Found, Failure> {
    let archives = if arguments.place.is_dir() {
        Shelf::open(&arguments.place)?.archives().iter().map(|(_, path)| path.clone()).collect()
    } else {
        vec![arguments.place.clone()]
    };
    let mut found = Found::Good;
    let mut out = std::io::stdout().lock();
    if archives.is_empty() {
        writeln!(out, "There is no archive in {}.", arguments.place.display())?;
        return Ok(Found::Bad);
    }
    for path in &archives {
        if !one(path, arguments, keys, &mut out)? {
            found = Found::Bad;
        }
    }
    Ok(found)
}

fn one(path: &Path, arguments: &Arguments, keys: &Keys, out: &mut impl std::io::Write) -> Result<bool, Failure> {
    let level = match arguments.level {
        Depth::Ends => Level::Ends,
        Depth::Frames => Level::Frames,
        Depth::Content => Level::Content,
    };
    let opened = if arguments.damaged { Archive::scan_with(path, keys) } else { Archive::open_with(path, keys) };
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let report = opened.and_then(|archive| check(&archive, level, workers, &Cancel::default()));
    let name = path.file_name().map(|name| name.display().to_string()).unwrap_or_default();
    let is_intact = report.as_ref().is_ok_and(Report::is_intact);
    let beside = if level == Level::Content && !arguments.damaged { sidecar(path)? } else { None };
    if arguments.json {
        let line = match &report {
            Ok(report) => json!({
                "archive": path, "intact": is_intact, "files": report.files, "bytes": report.bytes,
                "lost": report.lost.iter().map(|path| String::from_utf8_lossy(path)).collect::<Vec<_>>(),
                "damage": report.damage, "tampering": report.tampering, "sha256_beside": beside,
            }),
            Err(error) => json!({ "archive": path, "intact": false, "error": error.to_string() }),
        };
        writeln!(out, "{line}")?;
        return Ok(is_intact);
    }
    match report {
        Ok(report) if report.is_intact() => {
            writeln!(out, "intact   {name}  {}, {}", count(report.files, "file"), size(report.bytes))?;
            if beside == Some(false) {
                writeln!(
                    out,
                    "         the hash beside it is another one; the content is right, so the hash file is wrong"
                )?;
            }
        }
        Ok(report) => {
            let word = if report.tampering.is_empty() { "damaged " } else { "TAMPERED" };
            writeln!(
                out,
                "{word} {name}  {} lost of {}",
                count(report.lost.len() as u64, "entry").replace("entrys", "entries"),
                report.files + report.lost.len() as u64
            )?;
            for line in report.tampering.iter().chain(&report.damage) {
                writeln!(out, "         {line}")?;
            }
            for path in &report.lost {
                writeln!(out, "         lost: {}", shown(path))?;
            }
        }
        Err(error @ (BackupError::Locked { .. } | BackupError::Key { .. })) => {
            writeln!(out, "locked   {name}  failed to {error}")?;
            writeln!(out, "         `-i FILE` names the key")?;
        }
        Err(error) => {
            writeln!(out, "damaged  {name}  failed to {error}")?;
            writeln!(out, "         `caretaker-restore verify --damaged` tells what can still be read")?;
        }
    }
    Ok(is_intact)
}
