//! Databases in backups from outside: real databases, the real program in all its processes, and what a person is told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use caretaker_core::backup::ArchivePath;
use caretaker_core::database::RowsOrder;
use caretaker_core::time::{Span, Timestamp};
use rustix::process::{Flock, FlockOffsetType, FlockType, fcntl_getlk};
use serde_json::Value;

use crate::world::{World, put};

/// A world with a folder that has a database, which somebody writes to all the time.
struct Desk {
    world: World,
    writer: Option<Child>,
}

impl Desk {
    fn new() -> Self {
        let world = World::new();
        for name in ["home", "source", "disk"] {
            fs::create_dir(world.beside(name)).unwrap();
        }
        let text = format!(
            "[[destination]]\nid = \"disk\"\npath = \"{}\"\n\n[[backup]]\nid = \"board\"\nfolders = [\"{}\"]\nto = [\"disk\"]\n",
            world.beside("disk").display(),
            world.beside("source").display()
        );
        put(&world.home().join("caretaker.toml"), text.as_bytes());
        Self { world, writer: None }
    }

    fn database(&self) -> PathBuf {
        self.world.beside("source/board.sqlite")
    }

    /// A database with a log, and a process that writes to it until its input ends.
    fn begin_writing(&mut self) {
        use std::io::{BufRead as _, BufReader};
        let script = "
import sqlite3, sys, select
db = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
db.execute('PRAGMA journal_mode=wal').fetchall()
db.execute('CREATE TABLE IF NOT EXISTS letter (id INTEGER PRIMARY KEY, text)')
for i in range(2000):
    db.execute('INSERT INTO letter (text) VALUES (?)', (str(i) * 100,))
print('ready', flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    db.execute('INSERT INTO letter (text) VALUES (?)', ('meanwhile' * 20,))
";
        let mut child = Command::new("python3")
            .args(["-c", script, self.database().to_str().unwrap()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        self.writer = Some(child);
    }

    fn end_writing(&mut self) {
        let Some(mut writer) = self.writer.take() else { return };
        drop(writer.stdin.take());
        writer.wait().unwrap();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(mut writer) = self.writer.take() {
            let _ = writer.kill();
            let _ = writer.wait();
        }
    }
}

/// Rows of the letters in a file, with what SQLite says of its structure.
fn letters(file: &Path) -> (String, u64) {
    let script = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute('PRAGMA integrity_check').fetchone()[0], db.execute('SELECT count(*) FROM letter').fetchone()[0])
";
    let output = Command::new("python3").args(["-c", script, file.to_str().unwrap()]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (verdict, rows) = said.trim().rsplit_once(' ').unwrap_or_else(|| panic!("`{}` does not open", file.display()));
    (verdict.to_owned(), rows.parse().unwrap())
}

#[test]
fn a_database_that_is_written_all_the_time_is_saved_whole_proven_and_restored() {
    let mut desk = Desk::new();
    desk.begin_writing();
    let before = letters(&desk.database()).1;
    let made: Value = desk.world.read(&["backup", "create", "board", "--json"]);
    assert_eq!(made["result"], "complete", "{made}");
    assert_eq!(made["files"], 1, "its log is part of the copy: {made}");
    let next: Value = desk.world.read(&["backup", "create", "board", "--json"]);
    assert_eq!((next["type"].as_str(), next["result"].as_str()), (Some("incremental"), Some("complete")), "{next}");
    let (full, increment) = (made["bytes_stored"].as_u64().unwrap(), next["bytes_stored"].as_u64().unwrap());
    assert!(increment < full, "{increment} of {full} bytes");
    let drilled: Value = desk.world.read(&["backup", "drill", "board", "--json"]);
    let database = &drilled["proof"]["outcome"]["databases"][0];
    assert_eq!(
        (drilled["proof"]["result"].as_str(), database["is_good"].as_bool()),
        (Some("proven"), Some(true)),
        "{drilled}"
    );
    assert!(database["rows"].as_u64().unwrap() >= before, "{drilled}");
    let id = next["id"].as_str().unwrap();
    let to = desk.world.beside("back");
    let restored = desk.world.run(&["backup", "restore", id, "--to", to.to_str().unwrap(), "--json"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    let file = to.join(desk.database().strip_prefix("/").unwrap());
    let (verdict, rows) = letters(&file);
    assert!(verdict == "ok" && rows >= before, "{verdict}, {rows} rows of {before}");
    desk.end_writing();
    assert!(letters(&desk.database()).1 > rows, "it went on meanwhile");
    assert_eq!(fs::read_dir(desk.world.home().join("staging")).unwrap().count(), 0, "copies stay behind");
}

/// Who holds the lock that SQLite keeps on an open database with a log.
fn holder(database: &Path) -> Option<i32> {
    let file = fs::File::open(database).unwrap();
    let wish = Flock {
        start: 0x4000_0000,
        length: 512,
        pid: None,
        typ: FlockType::WriteLock,
        offset_type: FlockOffsetType::Set,
    };
    fcntl_getlk(&file, &wish).unwrap().and_then(|lock| lock.pid).map(|pid| pid.as_raw_nonzero().get())
}

#[test]
fn case_39_our_own_databases_are_saved_through_sqlite_and_their_locks_stay() {
    let desk = Desk::new();
    let engine = desk.world.start(&["run"]);
    desk.world.wait_for_samples();
    let own = ["caretaker.db", "metrics.db"].map(|name| desk.world.home().join(name));
    let held = i32::try_from(engine.pid()).unwrap();
    for database in &own {
        assert_eq!(holder(database), Some(held), "{}", database.display());
    }
    let made: Value = desk.world.read(&["backup", "create", "caretaker", "--json"]);
    assert_eq!(made["result"], "complete", "{made}");
    for database in &own {
        assert_eq!(holder(database), Some(held), "{} lost its locks", database.display());
    }
    let id = made["id"].as_str().unwrap();
    let to = desk.world.beside("back");
    assert_eq!(desk.world.run(&["backup", "restore", id, "--to", to.to_str().unwrap()]).code, 0);
    for database in &own {
        let file = to.join(database.strip_prefix("/").unwrap());
        let script =
            "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])";
        let output = Command::new("python3").args(["-c", script, file.to_str().unwrap()]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "ok\n", "{}", file.display());
        assert!(!file.with_extension("db-wal").exists(), "the log is part of the copy");
    }
    drop(engine);
}

#[test]
fn case_36_a_damaged_database_holds_up_nothing_and_older_archives_stay() {
    use std::os::unix::fs::FileExt as _;
    let mut desk = Desk::new();
    desk.begin_writing();
    desk.end_writing();
    let good: Value = desk.world.read(&["backup", "create", "board", "--json"]);
    fs::File::options().write(true).open(desk.database()).unwrap().write_all_at(&[0xa5; 9_000], 40_000).unwrap();
    for _ in 0..3 {
        let said = desk.world.run(&["backup", "create", "board", "--type", "full", "--json"]);
        let made: Value = said.document();
        assert_eq!((said.code, made["exceptions"][0]["code"].as_str()), (3, Some("bad-database")), "{made}");
        assert!(made["exceptions"][0]["reason"].as_str().unwrap().contains("is damaged"), "{made}");
    }
    let plan: Value = desk.world.read(&["backup", "prune", "--dry-run", "--json"]);
    assert!(plan["removed"].as_array().unwrap().is_empty(), "{plan}");
    assert!(plan["frozen"][0][1].as_str().unwrap().contains("database is damaged"), "{plan}");
    let to = desk.world.beside("back");
    let id = good["id"].as_str().unwrap();
    assert_eq!(desk.world.run(&["backup", "restore", id, "--to", to.to_str().unwrap()]).code, 0);
    assert_eq!(letters(&to.join(desk.database().strip_prefix("/").unwrap())).0, "ok");
}

#[test]
fn the_verbs_for_one_database_answer_every_order_and_are_shown_nowhere() {
    let world = World::new();
    for verb in ["copy-database", "check-database", "care-database", "clear-rows"] {
        let output = world.command(&[verb]).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["failed"]["code"], "usage", "{answer}");
        assert!(!world.run(&["--help"]).out.contains(verb));
        assert_eq!(world.run(&[verb, "more"]).code, 2);
    }
}

/// What Python's SQLite says to a script about a database.
fn python(file: &Path, script: &str) -> String {
    let text =
        format!("import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)\n{script}");
    let output = Command::new("python3").args(["-c", &text, file.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_clean_up_that_is_killed_leaves_whole_transactions_and_the_next_one_goes_on() {
    let world = World::new();
    let file = world.beside("board.sqlite");
    python(
        &file,
        "
db.execute('PRAGMA journal_mode=wal').fetchall()
db.execute('PRAGMA synchronous=off')
db.execute('CREATE TABLE session (id INTEGER PRIMARY KEY, seen INT, text TEXT)')
db.execute('CREATE INDEX by_text ON session (text)')
db.execute(\"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 300000) INSERT INTO session (seen, text) SELECT 1700000000, hex(i * 7919) FROM n\")
db.execute('INSERT INTO session (seen) VALUES (1772438400)')
",
    );
    let now: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let order = |number: u32| {
        let order = RowsOrder {
            file: ArchivePath::new(file.to_str().unwrap().as_bytes()),
            table: "session".to_owned(),
            column: "seen".to_owned(),
            stored_as: None,
            before: now - Span::from_days(30),
            now,
            copy: world.beside(&format!("copy-{number}.sqlite")).display().to_string(),
            is_dry: false,
            limit: Span::from_minutes(2),
        };
        serde_json::to_vec(&order).unwrap()
    };
    let begin = |number: u32| {
        use std::io::Write as _;
        let mut command = world.command(&["clear-rows"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&order(number)).unwrap();
        child
    };
    let rows =
        || python(&file, "print(db.execute('SELECT count(*) FROM session').fetchone()[0])").parse::<u64>().unwrap();
    let mut child = begin(1);
    World::wait_until("the first rows to go", || rows() < 300_001);
    child.kill().unwrap();
    child.wait().unwrap();
    let left = rows();
    assert!(left > 1, "it was over before the kill");
    assert_eq!(python(&file, "print(db.execute('PRAGMA integrity_check').fetchone()[0])"), "ok");
    let output = begin(2).wait_with_output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["cleared"]["deleted"], left - 1, "{answer}");
    assert_eq!(rows(), 1);
    assert!(
        answer["cleared"]["batches"].as_u64().unwrap() > 1 && answer["cleared"]["held_ms"].as_u64().unwrap() <= 250,
        "{answer}"
    );
}
