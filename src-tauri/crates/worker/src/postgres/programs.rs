//! The programs that come with PostgreSQL: where they lie, and how they are called.

use std::path::{Path, PathBuf};

use caretaker_backup::write::Cancel;
use caretaker_core::port::{CommandLine, CommandResult};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use caretaker_platform::command::run_blocking;
use caretaker_platform::readiness::find_program;

use super::address::Address;

/// Folders with a folder for each version, and what leads from there to its programs; a newer program reads what an older server has.
const VERSIONS: [(&str, &str, &str); 5] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("/Library/PostgreSQL", "", "bin"),
];
/// Where the programs alone lie.
const ALONE: [&str; 2] = ["/opt/homebrew/opt/libpq/bin", "/usr/local/opt/libpq/bin"];
/// Names and rows of many tables.
const LONGEST_OUTPUT: usize = 32 << 20;

/// The folder of the programs, and whoever may end them.
pub(super) struct Programs<'a> {
    folder: PathBuf,
    cancel: &'a Cancel,
}

/// What to do when they are missing.
fn missing() -> Problem {
    let hint = if cfg!(target_os = "macos") { "`brew install libpq`" } else { "`apt-get install postgresql-client`" };
    Problem::new(Code::NotConfigured, "failed to find `pg_dump`, which comes with PostgreSQL")
        .hint(format!("install it: {hint}"))
}

impl<'a> Programs<'a> {
    /// The newest that are here.
    pub fn find(cancel: &'a Cancel) -> Result<Self, Problem> {
        let versioned = VERSIONS.iter().filter_map(|(folder, name, bin)| newest(Path::new(folder), name, bin));
        let alone = ALONE.iter().map(PathBuf::from).find(|folder| has_all(folder));
        let on_path = || find_program("pg_dump").and_then(|file| file.parent().map(Path::to_owned));
        let folder = versioned.max_by_key(|(version, _)| *version).map(|(_, folder)| folder);
        let folder = folder.or(alone).or_else(on_path).filter(|folder| has_all(folder)).ok_or_else(missing)?;
        Ok(Self { folder, cancel })
    }

    /// Where one of them lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs one of them.
    pub fn run(
        &self,
        name: &str,
        address: Option<&Address>,
        line: impl FnOnce(CommandLine) -> CommandLine,
    ) -> Result<CommandResult, Problem> {
        let line = line(self.line(name, address));
        let result = run_blocking(&line, &|| self.cancel.is_cancelled());
        let result =
            result.map_err(|error| Problem::new(Code::Internal, format!("failed to use PostgreSQL: {error}")))?;
        result.ok_or_else(|| Problem::new(Code::Interrupted, "failed to use PostgreSQL: it was cancelled"))
    }

    /// Runs psql with these statements to its end, whoever cancels: it clears up.
    pub fn clear_up(&self, address: &Address, database: &str, statements: &str) {
        let mut line = self.line("psql", Some(address));
        line.arguments = psql(database);
        line.input = statements.as_bytes().to_vec();
        // What cannot be removed is named by its server, and the next drill takes another name.
        let _ = run_blocking(&line, &|| false);
    }

    fn line(&self, name: &str, address: Option<&Address>) -> CommandLine {
        let mut line = CommandLine::new(self.path(name), [""; 0]).within(Span::from_minutes(1));
        line.output_bound = LONGEST_OUTPUT;
        line.environment =
            vec![("PGCONNECT_TIMEOUT".to_owned(), "10".to_owned()), ("PGAPPNAME".to_owned(), "caretaker".to_owned())];
        let password = address.and_then(|address| address.password.clone());
        line.environment.extend(password.map(|password| ("PGPASSWORD".to_owned(), password)));
        line
    }
}

/// Arguments for statements on the input, with bare answers.
pub(super) fn psql(database: &str) -> Vec<String> {
    let words = ["--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align"];
    words.iter().map(|word| (*word).to_owned()).chain([format!("--dbname={database}")]).collect()
}

fn has_all(folder: &Path) -> bool {
    ["pg_dump", "pg_restore", "psql"].iter().all(|name| folder.join(name).is_file())
}

fn newest(folder: &Path, name: &str, bin: &str) -> Option<(u32, PathBuf)> {
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let versions = entries.filter_map(|entry| {
        let version = entry.file_name().to_str()?.strip_prefix(name)?.parse().ok()?;
        Some((version, entry.path().join(bin)))
    });
    versions.filter(|(_, folder)| has_all(folder)).max_by_key(|(version, _)| *version)
}
