//! Databases in all the states in which others leave them, copied while somebody else has them open.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use caretaker_core::backup::{
    ArchivePath, CheckAnswer, CheckOrder, CopyAnswer, CopyOrder, DatabaseCheck, DatabaseCopy, Refusal,
};
use caretaker_core::time::Span;
use rusqlite::Connection;

use super::{check, copy};

/// A database in a folder of its own, and a place for copies.
pub(super) struct Scene {
    pub(super) folder: tempfile::TempDir,
}

impl Scene {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        Self { folder }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("data/board.sqlite")
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("copy")
    }

    /// A database of this journal mode with a thousand letters.
    pub(super) fn database(&self, mode: &str) -> Connection {
        let connection = Connection::open(self.path()).unwrap();
        connection.query_row(&format!("PRAGMA journal_mode={mode}"), [], |_| Ok(())).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE letter (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX by_text ON letter (text);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 1000)
                 INSERT INTO letter SELECT i, hex(i * 7919) || ' and some words' FROM n;",
            )
            .unwrap();
        connection
    }

    fn copy(&self) -> CopyAnswer {
        let _ = std::fs::remove_file(self.target());
        copy(&CopyOrder {
            source: ArchivePath::new(self.path().as_os_str().as_bytes()),
            target: self.target().display().to_string(),
            limit: Span::from_seconds(60),
            counting: Span::from_seconds(10),
        })
    }

    fn copied(&self) -> DatabaseCopy {
        match self.copy() {
            CopyAnswer::Copied(copy) => copy,
            other => panic!("{other:?}"),
        }
    }

    fn refused(&self) -> (Refusal, String) {
        let answer = self.copy();
        assert!(!self.target().exists(), "what is refused leaves nothing");
        match answer {
            CopyAnswer::Refused { because, why } => (because, why),
            other => panic!("{other:?}"),
        }
    }

    /// Letters in the copy, which must be whole.
    fn letters(&self) -> u64 {
        let checked = checked(&self.target());
        assert!(checked.is_sound, "{checked:?}");
        checked.tables.unwrap().iter().find(|table| table.name == "letter").unwrap().rows.unwrap()
    }

    /// All files where the database lies, with their bytes.
    pub(super) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(self.folder.path().join("data")).unwrap();
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
            .collect();
        files.sort();
        files
    }

    /// Another process that says it is ready, does what the script says, and waits for its end.
    pub(super) fn other(&self, script: &str) -> Other {
        use std::io::{BufRead as _, BufReader};
        let text = format!(
            "import sqlite3, sys, os, time\npath = sys.argv[1]\ndef ready():\n    print('ready', flush=True)\n{script}"
        );
        let mut child = Command::new("python3")
            .args(["-c", &text, &self.path().display().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Other { child, output }
    }
}

/// A process that has the database open.
pub(super) struct Other {
    child: Child,
    output: std::io::BufReader<std::process::ChildStdout>,
}

impl Other {
    /// Ends its input, and gives what it says last.
    pub(super) fn end(mut self) -> String {
        use std::io::Read as _;
        drop(self.child.stdin.take());
        let mut said = String::new();
        self.output.read_to_string(&mut said).unwrap();
        assert!(self.child.wait().unwrap().success());
        said
    }

    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn checked(file: &Path) -> DatabaseCheck {
    let order = CheckOrder {
        file: file.display().to_string(),
        limit: Span::from_seconds(60),
        counting: Span::from_seconds(10),
    };
    match check(&order) {
        CheckAnswer::Checked(found) => found,
        other @ CheckAnswer::Failed(_) => panic!("{other:?}"),
    }
}

/// No writer is held up longer at once, in milliseconds. What is measured is what the copy itself holds: how long a writer waits besides,
/// because the machine of the tests is busy, is not its doing.
const MOST_HELD: u64 = 250;

/// Writes until its input ends, each write as soon as the last one is through; says how many rows there are.
pub(super) const WRITER: &str = "
import select
db = sqlite3.connect(path, timeout=20, isolation_level=None)
db.execute('PRAGMA synchronous=OFF')
count = 0
ready()
while not select.select([sys.stdin], [], [], 0)[0]:
    db.execute('INSERT INTO letter (text) VALUES (?)', ('written meanwhile' * 40,))
    db.execute('UPDATE letter SET text = text || ? WHERE id = ?', ('x', count % 1000 + 1))
    count += 1
print(db.execute('SELECT count(*) FROM letter').fetchone()[0])
";

#[test]
fn case_31_a_writer_with_a_log_goes_on_and_what_was_committed_is_in_the_copy() {
    let scene = Scene::new();
    drop(scene.database("wal"));
    let writer = scene.other(WRITER);
    let before = {
        let reader = Connection::open(scene.path()).unwrap();
        reader.query_row("SELECT count(*) FROM letter", [], |row| row.get::<_, u32>(0).map(u64::from)).unwrap()
    };
    for _ in 0..5 {
        let made = scene.copied();
        assert!(scene.letters() >= before, "{made:?}");
        assert!(made.held_ms < MOST_HELD, "a step took {} ms", made.held_ms);
    }
    assert!(writer.end().trim().parse::<u64>().unwrap() > before, "it wrote meanwhile");
}

#[test]
fn case_32_a_writer_without_a_log_is_held_up_for_moments_and_never_restarts_the_copy_for_ever() {
    let scene = Scene::new();
    drop(scene.database("delete"));
    let writer = scene.other(WRITER);
    let begun = Instant::now();
    for _ in 0..3 {
        match scene.copy() {
            CopyAnswer::Copied(made) => {
                assert!(scene.letters() >= 1_000);
                assert!(made.held_ms < MOST_HELD, "the source was held for {} ms", made.held_ms);
            }
            CopyAnswer::Refused { because: Refusal::Busy, .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(60));
    assert!(writer.end().trim().parse::<u64>().unwrap() > 1_000, "it wrote meanwhile");
}

#[test]
fn case_33_what_a_crash_left_is_brought_in_and_the_files_stay_as_they_are() {
    // A journal: a transaction that spilled into the file and was never committed.
    let scene = Scene::new();
    drop(scene.database("delete"));
    let crashed = scene.other(
        "
db = sqlite3.connect(path, isolation_level=None)
db.execute('PRAGMA cache_size=2')
db.execute('PRAGMA cache_spill=1')
db.execute('BEGIN')
db.execute(\"UPDATE letter SET text = 'half of it ' || id\")
ready()
sys.stdin.read()",
    );
    crashed.kill();
    let before = scene.files();
    let names: Vec<&str> = before.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["board.sqlite", "board.sqlite-journal"]);
    scene.copied();
    assert_eq!(scene.letters(), 1_000);
    let copy = Connection::open(scene.target()).unwrap();
    let halves = "SELECT count(*) FROM letter WHERE text LIKE 'half%'";
    assert_eq!(copy.query_row(halves, [], |row| row.get::<_, u32>(0).map(u64::from)).unwrap(), 0);
    assert!(scene.files() == before, "the files of the database were touched");
    // A log: committed, and never moved into the file.
    let scene = Scene::new();
    drop(scene.database("wal"));
    scene.other(LOGGED).kill();
    let before = scene.files();
    assert!(before.iter().any(|(name, bytes)| name == "board.sqlite-wal" && !bytes.is_empty()));
    scene.copied();
    assert_eq!(scene.letters(), 1_001);
    assert!(scene.files() == before, "the files of the database were touched");
}

pub(super) const LOGGED: &str = "
db = sqlite3.connect(path, isolation_level=None)
db.execute('PRAGMA wal_autocheckpoint=0')
db.execute(\"INSERT INTO letter (text) VALUES ('only in the log')\")
ready()
sys.stdin.read()";

#[test]
fn case_34_a_row_that_is_only_in_the_log_is_in_the_copy() {
    let scene = Scene::new();
    drop(scene.database("wal"));
    let other = scene.other(LOGGED);
    let main = std::fs::read(scene.path()).unwrap();
    scene.copied();
    assert_eq!(scene.letters(), 1_001);
    assert!(std::fs::read(scene.path()).unwrap() == main, "the log was moved by us");
    other.end();
}

#[test]
fn case_35_pages_of_every_size_and_a_file_that_is_swept_are_copied_as_they_are() {
    for page in [512, 1_024, 4_096, 65_536] {
        let scene = Scene::new();
        let connection = Connection::open(scene.path()).unwrap();
        connection.execute_batch(&format!("PRAGMA page_size={page}; PRAGMA auto_vacuum=INCREMENTAL")).unwrap();
        drop(connection);
        let connection = scene.database("wal");
        assert_eq!(scene.copied().page, page);
        let first = std::fs::read(scene.target()).unwrap();
        scene.copied();
        assert!(std::fs::read(scene.target()).unwrap() == first, "the same database gives the same copy");
        connection.execute_batch("DELETE FROM letter WHERE id > 500; PRAGMA incremental_vacuum; VACUUM").unwrap();
        scene.copied();
        assert_eq!(scene.letters(), 500);
    }
}

#[test]
fn case_36_a_damaged_database_is_refused_as_damaged() {
    use std::os::unix::fs::FileExt as _;
    let scene = Scene::new();
    drop(scene.database("delete"));
    let file = std::fs::File::options().write(true).open(scene.path()).unwrap();
    file.write_all_at(&[0xa5; 3_000], 2 * 4_096 + 10).unwrap();
    let (because, why) = scene.refused();
    assert_eq!(because, Refusal::Damaged, "{why}");
    // Only its beginning looks like a database.
    let mut broken = b"SQLite format 3\0".to_vec();
    broken.resize(4_096, 0xa5);
    std::fs::remove_file(scene.path()).unwrap();
    std::io::Write::write_all(&mut std::fs::File::create(scene.path()).unwrap(), &broken).unwrap();
    assert_eq!(scene.refused().0, Refusal::Damaged);
}

#[test]
fn case_37_what_is_locked_or_encrypted_is_refused_and_says_why() {
    for mode in ["delete", "wal"] {
        let scene = Scene::new();
        drop(scene.database(mode));
        let other = scene.other(
            "
db = sqlite3.connect(path, isolation_level=None)
db.execute('PRAGMA locking_mode=EXCLUSIVE')
db.execute(\"INSERT INTO letter (text) VALUES ('mine alone')\")
ready()
sys.stdin.read()",
        );
        let before = scene.files();
        let begun = Instant::now();
        let (because, why) = scene.refused();
        assert_eq!(because, Refusal::Busy, "{mode}: {why}");
        assert!(begun.elapsed() < Duration::from_secs(20));
        assert!(scene.files() == before, "{mode}: the files of the database were touched");
        other.end();
    }
    let scene = Scene::new();
    std::io::Write::write_all(&mut std::fs::File::create(scene.path()).unwrap(), &[0x5a; 8_192]).unwrap();
    let (because, why) = scene.refused();
    assert_eq!(because, Refusal::Unreadable);
    assert!(why.contains("encrypted"), "{why}");
}

#[test]
fn case_38_a_folder_that_may_not_be_written_is_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let modes = ["wal", "delete"];
    for mode in modes {
        let scene = Scene::new();
        drop(scene.database(mode));
        let before = scene.files();
        let folder = scene.folder.path().join("data");
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
        scene.copied();
        assert_eq!(scene.letters(), 1_000);
        assert!(scene.files() == before, "{mode}: something was made beside the database");
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    // Where rights mean nothing, as for root, the traces would tell: a mount that is really read-only, with a log to bring in.
    let scene = Scene::new();
    drop(scene.database("wal"));
    scene.other(LOGGED).kill();
    let folder = scene.folder.path().join("data");
    let mount =
        |words: &[&str]| Command::new("mount").args(words).arg(&folder).status().is_ok_and(|status| status.success());
    let bind = folder.display().to_string();
    if !mount(&["--bind", &bind]) {
        eprintln!("skipped: mounting needs root");
        return;
    }
    assert!(mount(&["-o", "remount,ro,bind"]));
    let answer = scene.copy();
    assert!(Command::new("umount").arg(&folder).status().unwrap().success());
    assert!(matches!(answer, CopyAnswer::Copied(_)), "{answer:?}");
    assert_eq!(scene.letters(), 1_001);
}

#[test]
fn tables_are_counted_whatever_they_are_called_and_others_are_left_out() {
    let scene = Scene::new();
    let connection = scene.database("delete");
    connection
        .execute_batch(
            "CREATE TABLE \"odd \"\"name\"\"\" (x); INSERT INTO \"odd \"\"name\"\"\" VALUES (1), (2);
             CREATE VIRTUAL TABLE words USING fts5(body); INSERT INTO words VALUES ('a b c');
             CREATE VIEW v AS SELECT 1; CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT);",
        )
        .unwrap();
    let tables = scene.copied().tables;
    let counted: Vec<_> = tables.iter().map(|table| (&*table.name, table.rows)).collect();
    assert_eq!(counted, [("letter", Some(1_000)), ("numbered", Some(0)), ("odd \"name\"", Some(2))]);
    assert_eq!(checked(&scene.target()).tables.unwrap(), tables);
}

#[test]
fn what_only_another_program_understands_is_copied_and_said() {
    let scene = Scene::new();
    let other = scene.other(
        "
db = sqlite3.connect(path, isolation_level=None)
db.create_collation('theirs', lambda a, b: (a > b) - (a < b))
db.execute('CREATE TABLE letter (text TEXT)')
db.execute('CREATE INDEX sorted ON letter (text COLLATE theirs)')
db.executemany('INSERT INTO letter VALUES (?)', [('b',), ('a',)])
ready()
sys.stdin.read()",
    );
    other.end();
    let made = scene.copied();
    assert!(made.detail.contains("cannot be checked here"), "{made:?}");
    assert_eq!(scene.letters(), 2);
}

#[test]
fn time_that_is_over_ends_the_work() {
    let scene = Scene::new();
    drop(scene.database("wal"));
    let order = CopyOrder {
        source: ArchivePath::new(scene.path().as_os_str().as_bytes()),
        target: scene.target().display().to_string(),
        limit: Span::ZERO,
        counting: Span::ZERO,
    };
    let answer = copy(&order);
    assert!(matches!(answer, CopyAnswer::Refused { because: Refusal::TooSlow, .. }), "{answer:?}");
    assert!(!scene.target().exists());
    // Rows that there is no time for are left open, and that is no fault.
    let order = CopyOrder { limit: Span::from_seconds(60), ..order };
    let CopyAnswer::Copied(made) = copy(&order) else { panic!("no copy") };
    assert_eq!(made.tables.len(), 1);
}
