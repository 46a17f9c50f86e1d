//! The program `caretaker-restore`: lists, checks and restores archives with nothing but the archives themselves.

mod describe;
mod restore;
mod verify;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use caretaker_backup::BackupError;
use caretaker_backup::encryption::Keys;
use clap::{Parser, Subcommand};

/// Restores archives that Caretaker made, without Caretaker.
#[derive(Debug, Parser)]
#[command(name = "caretaker-restore", version)]
struct Arguments {
    /// A file with the private key of encrypted archives, as `age-keygen` writes it or as the recovery sheet shows it; may be given
    /// several times.
    #[arg(short, long, value_name = "FILE", global = true)]
    identity: Vec<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// The archives of a folder, or what is in one archive.
    List {
        /// A folder of archives, or an archive.
        place: PathBuf,
        /// Only what is at or below this path of the archive.
        path: Option<String>,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Checks archives to the last byte and names what is lost.
    Verify(verify::Arguments),
    /// Restores an archive, or some paths of it, into a folder.
    Restore(restore::Arguments),
    /// Puts changed pages over an older copy of a file.
    Pages {
        /// The older copy.
        base: PathBuf,
        /// The page set.
        set: PathBuf,
        /// Where the result goes.
        result: PathBuf,
    },
}

/// What a verb found; the exit code says it.
enum Found {
    Good,
    Bad,
}

/// An error of this program, with a hint for people.
struct Failure {
    what: String,
    hint: Option<&'static str>,
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let hint = match &error {
            BackupError::Damaged { .. } => Some("`--damaged` restores what is whole."),
            BackupError::Missing { .. } => {
                Some("Put all archives of the set into the folder of the one that you restore.")
            }
            BackupError::Foreign { .. } => {
                Some("Archives end with `.tar.zst` or `.tar.gz`, and with `.age` behind that when they are encrypted.")
            }
            BackupError::Locked { .. } => {
                Some("Name a file with its private key with `-i`; the recovery sheet has the key.")
            }
            BackupError::Key { .. } => Some("The recovery sheet has the key: `AGE-SECRET-KEY-1` and 58 letters."),
            BackupError::Newer { .. } => Some("Use the program that lies beside the archives, or a newer one."),
            BackupError::Tampered { .. } => Some("Do not trust this archive; restore another one."),
            BackupError::Full { .. } => Some("Make room, or name a target on another disk."),
            BackupError::Io { .. }
            | BackupError::Destination { .. }
            | BackupError::Busy { .. }
            | BackupError::Refused { .. }
            | BackupError::Cancelled => None,
        };
        Self { what: format!("failed to {error}"), hint }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self { what: format!("failed to write: {error}"), hint: None }
    }
}

fn main() -> ExitCode {
    let Arguments { identity, verb } = Arguments::parse();
    let result = Keys::read(&identity).map_err(Failure::from).and_then(|keys| match verb {
        Verb::List { place, path, json } => describe::list(&place, path.as_deref(), &keys, json),
        Verb::Verify(arguments) => verify::verify(&arguments, &keys),
        Verb::Restore(arguments) => restore::restore(&arguments, &keys),
        Verb::Pages { base, set, result } => restore::pages(&base, &set, &result),
    });
    match result {
        Ok(Found::Good) => ExitCode::SUCCESS,
        Ok(Found::Bad) => ExitCode::from(1),
        Err(Failure { what, hint }) => {
            let mut out = std::io::stderr().lock();
            let _ = writeln!(out, "error: {what}");
            if let Some(hint) = hint {
                let _ = writeln!(out, "hint: {hint}");
            }
            ExitCode::from(2)
        }
    }
}

/// Bytes in words: `1.5 MB`.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 1_000.0 && unit + 1 < UNITS.len() {
        value /= 1_000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A number and what it counts: `1 file`, `2 files`.
fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A name for a terminal: bytes that are no text, and characters that move its cursor, are replaced.
fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().map(|each| if each.is_control() { '\u{fffd}' } else { each }).collect()
}
