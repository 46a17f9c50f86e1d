//! Dumps of the PostgreSQL databases that a job names, for one archive: made beside the copies of other databases, checked, and counted
//! from the same state of the database.

use std::path::{Path, PathBuf};

use caretaker_backup::source::Root;
use caretaker_backup::write::Cancel;
use caretaker_core::backup::{ArchivePath, DatabaseKind, ExceptionView, RecordedDatabase};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;

use super::address::Address;
use super::counting::{counted, question};
use super::programs::{Programs, psql};
use crate::trouble;

/// How long one dump may take.
const LONGEST: Span = Span::from_hours(6);
/// The folder of dumps in archives; the second name when a source has the first.
const NAMES: [&str; 2] = ["postgres", "postgres dumps"];
/// How psql says how the dump that it started ended.
const ENDED: &str = "caretaker-dump-ended ";

/// What came of them.
#[derive(Debug, Default)]
pub(crate) struct Dumps {
    /// The folder that they lie in, as a source of the archive; none when there is no dump.
    pub root: Option<Root>,
    /// What is in them.
    pub records: Vec<RecordedDatabase>,
    /// Databases of which there is none.
    pub exceptions: Vec<ExceptionView>,
}

impl Dumps {
    /// Makes them all below `folder`. One that cannot be made is an exception, and only a wish to end ends the work.
    pub(crate) fn make(
        addresses: &[String],
        folder: &Path,
        roots: &[Root],
        step: &dyn Fn(&str),
        cancel: &Cancel,
    ) -> Result<Self, Problem> {
        let mut dumps = Self::default();
        if addresses.is_empty() {
            return Ok(dumps);
        }
        let is_taken =
            |name: &str| roots.iter().any(|root| root.name.split(|byte| *byte == b'/').next() == Some(name.as_bytes()));
        let name = NAMES.into_iter().find(|name| !is_taken(name)).unwrap_or("dumps of PostgreSQL");
        let folder = folder.join("postgres");
        std::fs::create_dir(&folder).map_err(|error| trouble::io("make", &folder, &error))?;
        let programs = Programs::find(cancel);
        for text in addresses {
            let made = Address::parse(text, &|name| std::env::var(name).ok())
                .map_err(|why| (String::new(), Problem::new(Code::InvalidConfiguration, why)))
                .and_then(|address| {
                    let programs = programs.as_ref().map_err(|problem| (address.database.clone(), problem.clone()))?;
                    step(&address.database);
                    let file = free(&folder, &address.file());
                    match dump(programs, &address, &file) {
                        Ok(tables) => Ok((file, tables)),
                        Err(problem) => {
                            // What is left of it is no dump.
                            let _ = std::fs::remove_file(&file);
                            Err((address.database, problem))
                        }
                    }
                });
            match made {
                Ok((file, tables)) => {
                    let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    let path = ArchivePath::new(format!("{name}/{file}").into_bytes());
                    dumps.records.push(RecordedDatabase { path, kind: DatabaseKind::Postgres, tables });
                }
                Err((_, problem)) if problem.code == Code::Interrupted => return Err(problem),
                Err((database, problem)) => dumps.exceptions.push(not_saved(&database, &problem)),
            }
        }
        if !dumps.records.is_empty() {
            dumps.root = Some(Root::named(folder, name));
        }
        Ok(dumps)
    }
}

/// An address may hold a password, so that only the name of the database is told.
fn not_saved(database: &str, problem: &Problem) -> ExceptionView {
    let which = if database.is_empty() {
        "a PostgreSQL database".to_owned()
    } else {
        format!("the PostgreSQL database `{database}`")
    };
    let hint = if problem.hint.is_empty() { String::new() } else { format!("; {}", problem.hint) };
    ExceptionView {
        path: ArchivePath::default(),
        code: "not-saved".to_owned(),
        reason: format!("{which} is not saved: {}{hint}", problem.message),
    }
}

fn free(folder: &Path, name: &str) -> PathBuf {
    let stem = name.strip_suffix(".dump").unwrap_or(name);
    let mut number = 2;
    let mut path = folder.join(name);
    while path.exists() {
        path = folder.join(format!("{stem} {number}.dump"));
        number += 1;
    }
    path
}

/// A complaint of the programs, and what helps.
fn failed(why: &str) -> Problem {
    if why.contains("server version mismatch") {
        let hint =
            "install the programs of the server's version, for example `apt-get install postgresql-client-VERSION`";
        return Problem::new(Code::NotConfigured, "the server is newer than the `pg_dump` that is here").hint(hint);
    }
    Problem::new(Code::Internal, why)
}

/// One dump, and the rows of its tables. psql holds one state of the database, has pg_dump dump it, and counts in it.
fn dump(
    programs: &Programs<'_>,
    address: &Address,
    file: &Path,
) -> Result<Vec<caretaker_core::backup::TableRows>, Problem> {
    let count = question();
    let script = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ;\n\
         SELECT pg_catalog.pg_export_snapshot() AS snapshot \\gset\n\
         \\setenv CARETAKER_SNAPSHOT :snapshot\n\
         \\! \"$CARETAKER_DUMP\" --format=custom --no-password --snapshot=\"$CARETAKER_SNAPSHOT\" --file=\"$CARETAKER_FILE\" --dbname=\"$CARETAKER_DATABASE\" 2>&1; echo \"{ENDED}$?\"\n\
         {count}COMMIT;\n"
    );
    let result = programs.run("psql", Some(address), |mut line| {
        line.arguments = psql(address.text());
        line.input = script.into_bytes();
        line.environment.extend([
            ("CARETAKER_DUMP".to_owned(), programs.path("pg_dump").display().to_string()),
            ("CARETAKER_FILE".to_owned(), file.display().to_string()),
            ("CARETAKER_DATABASE".to_owned(), address.text().to_owned()),
        ]);
        line.within(LONGEST)
    })?;
    let ended = result.output.lines().find_map(|line| line.strip_prefix(ENDED));
    if ended != Some("0") {
        // What pg_dump complained about stands among the answers, before its end.
        let said = result.output.lines().take_while(|line| !line.starts_with(ENDED));
        let said: Vec<&str> = said.filter(|line| line.contains("error:") || line.contains("detail:")).collect();
        return Err(failed(&if said.is_empty() { result.complaint() } else { said.join("; ") }));
    }
    let list = programs.run("pg_restore", None, |mut line| {
        line.arguments = vec!["--list".to_owned(), file.display().to_string()];
        line.within(LONGEST)
    })?;
    if !list.succeeded() {
        return Err(failed(&format!("its dump cannot be read again: {}", list.complaint())));
    }
    Ok(counted(&result.output))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_saved_is_said_with_what_helps_and_without_its_address() {
        let said = "pg_dump: error: aborting because of server version mismatch; pg_dump: detail: server version: 17.1";
        let exception = not_saved("board", &failed(said));
        assert!(exception.reason.contains("`board` is not saved: the server is newer"), "{exception:?}");
        assert!(exception.reason.contains("postgresql-client-VERSION"), "{exception:?}");
        assert_eq!(not_saved("", &failed("it is empty")).reason, "a PostgreSQL database is not saved: it is empty");
    }
}
