//! `restore`: shows what would happen, or does it.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use caretaker_backup::encryption::Keys;
use caretaker_backup::read::restore::{
    Conflict, Ownership, Plan, Report, Selection, Step, Wish, prepare, restore as carry_out,
};
use caretaker_backup::read::{Archive, Shelf};
use caretaker_backup::write::{Cancel, Progress};
use caretaker_backup::{BackupError, pages as sets};
use clap::Args;
use serde_json::json;

use super::{Failure, Found, count, shown, size};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The archive whose state is restored; others that hold parts of it are found beside it.
    archive: PathBuf,
    /// Paths as `list` shows them; without any, everything.
    paths: Vec<PathBuf>,
    /// The folder to restore into.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    /// Replaces files that are there; without it both are kept.
    #[arg(long, conflicts_with = "skip")]
    replace: bool,
    /// Leaves out what is there already.
    #[arg(long)]
    skip: bool,
    /// Leaves this beginning of the paths away.
    #[arg(long, value_name = "PATH")]
    strip: Option<PathBuf>,
    /// Brings back owners, groups and device files; needs root.
    #[arg(long)]
    owners: bool,
    /// Restores what is whole of a damaged archive.
    #[arg(long)]
    damaged: bool,
    /// Shows what would happen, and does nothing.
    #[arg(long)]
    dry_run: bool,
    /// For programs.
    #[arg(long)]
    json: bool,
}

pub(super) fn restore(arguments: &Arguments, keys: &Keys) -> Result<Found, Failure> {
    use std::os::unix::ffi::OsStrExt as _;
    let archive = if arguments.damaged {
        Archive::scan_with(&arguments.archive, keys)?
    } else {
        Archive::open_with(&arguments.archive, keys)?
    };
    let folder = arguments.archive.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let shelf = Shelf::open(folder)?.with_keys(keys);
    let selection = if arguments.paths.is_empty() {
        Selection::All
    } else {
        Selection::Paths(arguments.paths.iter().map(|path| path.as_os_str().as_bytes().to_vec()).collect())
    };
    let conflict = match (arguments.replace, arguments.skip) {
        (true, _) => Conflict::Replace,
        (false, true) => Conflict::Skip,
        (false, false) => Conflict::KeepBoth,
    };
    let strip = arguments.strip.as_ref().map_or(&b""[..], |strip| strip.as_os_str().as_bytes());
    let wish = Wish {
        shelf: &shelf,
        point: &archive,
        selection: &selection,
        strip: strip.strip_suffix(b"/").unwrap_or(strip),
        target: &arguments.to,
        conflict,
        ownership: if arguments.owners { Ownership::Restore } else { Ownership::Mine },
        workers: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
        progress: &Progress::default(),
        cancel: &Cancel::default(),
    };
    let plan = prepare(&wish)?;
    if arguments.dry_run {
        preview(&plan, arguments)?;
        return Ok(if plan.lost.is_empty() { Found::Good } else { Found::Bad });
    }
    let report = carry_out(&wish, &plan)?;
    tell(&archive, &report, arguments)?;
    let is_whole = report.failed.is_empty() && archive.lost().is_empty() && archive.gaps().is_empty();
    Ok(if is_whole { Found::Good } else { Found::Bad })
}

fn word(step: Step) -> &'static str {
    match step {
        Step::Create => "create",
        Step::Merge => "into",
        Step::Same => "same",
        Step::Replace => "replace",
        Step::Beside => "beside",
        Step::Skip => "skip",
    }
}

fn preview(plan: &Plan, arguments: &Arguments) -> Result<(), Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    if arguments.json {
        let items: Vec<_> = plan
            .items
            .iter()
            .map(|item| json!({ "step": word(item.step), "path": String::from_utf8_lossy(&item.to) }))
            .collect();
        let lost: Vec<_> = plan
            .lost
            .iter()
            .map(|lost| json!({ "path": String::from_utf8_lossy(&lost.path), "why": lost.words }))
            .collect();
        let archives: Vec<u32> = plan.archives.iter().map(|holder| holder.sequence).collect();
        writeln!(out, "{}", json!({ "items": items, "lost": lost, "bytes": plan.bytes, "archives": archives }))?;
    } else {
        for item in &plan.items {
            writeln!(out, "{:<8} {}", word(item.step), shown(&item.to))?;
        }
        for lost in &plan.lost {
            writeln!(out, "{:<8} {}: {}", "LOST", shown(&lost.path), lost.words)?;
        }
        let archives = count(plan.archives.len() as u64, "archive");
        let items = count(plan.items.len() as u64, "entry").replace("entrys", "entries");
        writeln!(
            out,
            "Would restore {items} ({}) from {archives} into {}; nothing was changed.",
            size(plan.bytes),
            arguments.to.display()
        )?;
    }
    out.flush()?;
    Ok(())
}

fn tell(archive: &Archive, report: &Report, arguments: &Arguments) -> Result<(), Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    if arguments.json {
        let list = |items: &[caretaker_backup::read::restore::Unrestored]| -> Vec<serde_json::Value> {
            items.iter().map(|item| json!({ "path": String::from_utf8_lossy(&item.path), "why": item.words })).collect()
        };
        let renamed: Vec<_> = report
            .renamed
            .iter()
            .map(|(from, to)| json!({ "path": String::from_utf8_lossy(from), "to": String::from_utf8_lossy(to) }))
            .collect();
        let lost: Vec<_> = archive.lost().iter().map(|path| String::from_utf8_lossy(path)).collect();
        let line = json!({
            "restored": report.restored, "bytes": report.bytes, "failed": list(&report.failed), "lost": lost,
            "gaps": archive.gaps(), "renamed": renamed, "reduced": list(&report.reduced),
        });
        writeln!(out, "{line}")?;
    } else {
        for (from, to) in &report.renamed {
            writeln!(out, "renamed  {} is {} here", shown(from), shown(to))?;
        }
        for item in &report.reduced {
            writeln!(out, "reduced  {}: {}", shown(&item.path), item.words)?;
        }
        for item in &report.failed {
            writeln!(out, "FAILED   {}: {}", shown(&item.path), item.words)?;
        }
        for words in archive.gaps() {
            writeln!(out, "GAP      {words}")?;
        }
        for path in archive.lost() {
            writeln!(out, "LOST     {}", shown(path))?;
        }
        let items = count(report.restored, "entry").replace("entrys", "entries");
        writeln!(out, "Restored {items} ({}) into {}.", size(report.bytes), arguments.to.display())?;
    }
    out.flush()?;
    Ok(())
}

pub(super) fn pages(base: &Path, set: &Path, result: &Path) -> Result<Found, Failure> {
    let open = |path: &Path| File::open(path).map_err(|error| BackupError::io("open", path, error));
    let create = File::create_new(result).map_err(|error| BackupError::io("create", result, error))?;
    let applied = sets::apply(open(base)?, BufReader::new(open(set)?), BufWriter::new(&create));
    if let Err(error) = applied.and_then(|_| create.sync_all()) {
        let _ = std::fs::remove_file(result);
        return Err(BackupError::io("put together", result, error).into());
    }
    Ok(Found::Good)
}
