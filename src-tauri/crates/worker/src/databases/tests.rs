//! Copies in the place of databases, and changed pages in the place of copies: real databases, real archives, and the code of the
//! hidden verbs in this process.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use caretaker_backup::write::Cancel;
use caretaker_core::backup::{
    ArchivePath, BAD_DATABASE, Compression, Conflict, CopyAnswer, CopyOrder, CreateOrder, CreateOutcome, CreateResult,
    DatabaseCheck, DrillOrder, DrillOutcome, Report, RestoreOrder, Source, Work,
};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::foreign;

use super::{Copier, begins_as_database};
use crate::create::create;
use crate::drill::{Opener, drill};
use crate::testing::{heard, last, noise, put};

/// Does here what other processes do, and remembers what was copied.
#[derive(Default)]
struct Here {
    copied: Mutex<Vec<String>>,
}

impl Copier for Here {
    fn copy(&self, order: &CopyOrder) -> Result<CopyAnswer, Problem> {
        self.copied.lock().unwrap().push(order.source.name().to_string());
        Ok(foreign::copy(order))
    }
}

impl Opener for Here {
    fn sqlite(&self, file: &Path) -> Result<DatabaseCheck, Problem> {
        let order = caretaker_core::backup::CheckOrder {
            file: file.display().to_string(),
            limit: Span::from_minutes(1),
            counting: Span::from_seconds(10),
        };
        match foreign::check(&order) {
            caretaker_core::backup::CheckAnswer::Checked(check) => Ok(check),
            caretaker_core::backup::CheckAnswer::Failed(problem) => Err(problem),
        }
    }

    fn dump(&self, file: &Path, _server: Option<&str>) -> Result<DatabaseCheck, Problem> {
        Err(Problem::new(Code::NotConfigured, format!("{} is no database of these tests", file.display())))
    }
}

/// A job with a folder and a database outside of it.
struct Scene {
    folder: tempfile::TempDir,
    here: Here,
    runs: u32,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["source", "outside", "disk"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder, here: Here::default(), runs: 0 }
    }

    fn text(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Where a file is in archives.
    fn inside(&self, name: &str) -> ArchivePath {
        ArchivePath::new(self.text(name).trim_start_matches('/').as_bytes())
    }

    /// Has sqlite3 of Python do something to a database.
    fn python(&self, name: &str, script: &str) {
        let text = format!(
            "import random, sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], isolation_level=None)\nq = db.execute\n{script}"
        );
        std::fs::create_dir_all(self.folder.path().join(name).parent().unwrap()).unwrap();
        let status = Command::new("python3").args(["-c", &text, &self.text(name)]).status().unwrap();
        assert!(status.success());
    }

    /// A database with rows of a kilobyte.
    fn database(&self, name: &str, mode: &str, rows: u32) {
        self.python(
            name,
            &format!(
                "q('PRAGMA journal_mode={mode}').fetchall()\nq('CREATE TABLE letter (id INTEGER PRIMARY KEY, text)')\nq('BEGIN')\n\
                 for i in range({rows}):\n    q('INSERT INTO letter VALUES (?, ?)', (i, random.Random(i).randbytes(450).hex()))\nq('COMMIT')"
            ),
        );
    }

    fn source(&self) -> Source {
        Source {
            folders: vec![self.text("source")],
            sqlite: vec![self.text("outside/named.sqlite")],
            ..Source::default()
        }
    }

    fn order(&mut self, kind: ArchiveType) -> CreateOrder {
        self.runs += 1;
        CreateOrder {
            set: "board".to_owned(),
            kind,
            source: self.source(),
            destination: self.text("disk"),
            identity: None,
            compression: Compression::Zstd,
            recipients: Vec::new(),
            identities: Vec::new(),
            staging: self.text("staging"),
            host: "test".to_owned(),
            // In the year 2096, after all files of the test, so that their times are trusted.
            now: Timestamp::from_millis(4_000_000_000_000 + i64::from(self.runs) * 3_600_000),
            hurry: true,
            dry_run: false,
            is_strict: true,
            own_configuration: None,
            cache: Some(self.text("pages")),
            is_full_due: false,
            accept_empty: false,
            accept_lost_key: false,
        }
    }

    fn made(&mut self, kind: ArchiveType) -> CreateOutcome {
        let order = self.order(kind);
        let said = heard(|voice| create(&order, &self.here, voice, &Cancel::default()).unwrap());
        assert!(!Path::new(&order.staging).exists(), "the staging folder stays");
        match said.into_iter().next_back() {
            Some(Report::Created(outcome)) => *outcome,
            other => panic!("{other:?}"),
        }
    }

    fn copied(&self) -> Vec<String> {
        let mut names = std::mem::take(&mut *self.here.copied.lock().unwrap());
        names.sort();
        names
    }

    fn archive(&self, outcome: &CreateOutcome) -> String {
        self.text(&format!("disk/board/{}", outcome.archive.file))
    }

    /// Restores everything to a folder, and gives what was lost.
    fn restore(&self, outcome: &CreateOutcome, to: &str) -> Vec<String> {
        let order = RestoreOrder {
            hurry: true,
            archive: self.archive(outcome),
            shelf: self.text("disk/board"),
            paths: Vec::new(),
            strip: ArchivePath::new(self.folder.path().display().to_string().trim_matches('/').as_bytes()),
            to: self.text(to),
            conflict: Conflict::KeepBoth,
            owners: false,
            identities: Vec::new(),
            dry_run: false,
        };
        match last(&Work::Restore(order)) {
            Report::Restored(outcome) => outcome.lost.into_iter().map(|lost| lost.path.name().to_string()).collect(),
            other => panic!("{other:?}"),
        }
    }

    /// Letters in a restored database, by table.
    fn letters(&self, file: &str) -> HashMap<String, Option<u64>> {
        let check = self.here.sqlite(&self.folder.path().join(file)).unwrap();
        assert!(check.is_sound, "{check:?}");
        check.tables.unwrap().into_iter().map(|table| (table.name, table.rows)).collect()
    }

    fn drilled(&self, outcome: &CreateOutcome) -> DrillOutcome {
        let order = DrillOrder {
            archive: self.archive(outcome),
            shelf: self.text("disk/board"),
            source: self.source(),
            scratch: self.text("scratch"),
            most_bytes: None,
            turn: 0,
            scratch_postgres: None,
            identities: Vec::new(),
            hurry: true,
        };
        let said = heard(|voice| drill(&order, &self.here, voice, &Cancel::default()).unwrap());
        match said.into_iter().next_back() {
            Some(Report::Drilled(outcome)) => *outcome,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn databases_anywhere_are_saved_as_whole_copies_and_what_lies_beside_them_is_not() {
    let mut scene = Scene::new();
    put(&scene.folder.path().join("source/text"), "text");
    scene.database("source/deep.db", "delete", 20);
    scene.database("outside/named.sqlite", "wal", 20);
    scene.python("source/logged.db", "q('PRAGMA journal_mode=wal').fetchall()\nq('CREATE TABLE letter (x)')\nimport os\nq('INSERT INTO letter VALUES (1)')\nos._exit(0)");
    assert!(scene.folder.path().join("source/logged.db-wal").exists());
    let full = scene.made(ArchiveType::Full);
    assert_eq!((full.result, full.exceptions.len()), (CreateResult::Complete, 0), "{:?}", full.exceptions);
    assert_eq!(scene.copied(), ["deep.db", "logged.db", "named.sqlite"]);
    assert_eq!(full.archive.files, 4, "logs and journals are not saved beside a copy");
    assert!(scene.restore(&full, "back").is_empty());
    assert_eq!(scene.letters("back/source/logged.db")["letter"], Some(1));
    assert_eq!(scene.letters("back/outside/named.sqlite")["letter"], Some(20));
    // Nothing changed: only the one with a log is looked at, and nothing is stored.
    let next = scene.made(ArchiveType::Incremental);
    assert_eq!(scene.copied(), ["logged.db"]);
    assert_eq!((next.stored_files, next.gone), (0, 0));
    assert_eq!(next.archive.files, 4);
    let drill = scene.drilled(&next);
    assert!(drill.is_proven, "{:?}", drill.failures);
    assert_eq!(drill.databases.len(), 3);
    assert!(drill.databases.iter().all(|one| one.is_good && one.detail.contains("as at the backup")), "{drill:?}");
}

#[test]
fn a_drill_fails_when_rows_are_not_those_that_were_counted() {
    struct Fewer(Here);
    impl Copier for Fewer {
        fn copy(&self, order: &CopyOrder) -> Result<CopyAnswer, Problem> {
            let answer = self.0.copy(order)?;
            Ok(match answer {
                CopyAnswer::Copied(mut copy) => {
                    copy.tables[0].rows = Some(21);
                    CopyAnswer::Copied(copy)
                }
                other => other,
            })
        }
    }
    let mut scene = Scene::new();
    scene.database("outside/named.sqlite", "delete", 20);
    let order = scene.order(ArchiveType::Full);
    let fewer = Fewer(Here::default());
    let said = heard(|voice| create(&order, &fewer, voice, &Cancel::default()).unwrap());
    let Some(Report::Created(made)) = said.into_iter().next_back() else { panic!("no archive") };
    let drill = scene.drilled(&made);
    assert!(!drill.is_proven);
    assert!(drill.failures[0].contains("20 rows instead of 21"), "{:?}", drill.failures);
}

#[test]
fn an_increment_holds_changed_pages_until_a_whole_copy_is_due() {
    let mut scene = Scene::new();
    scene.database("outside/named.sqlite", "delete", 2_000);
    let full = scene.made(ArchiveType::Full);
    let mut made = vec![full];
    for round in 0..16 {
        scene.python(
            "outside/named.sqlite",
            &format!("q('UPDATE letter SET text = ? || text WHERE id % 400 = {round}', ('x',))"),
        );
        made.push(scene.made(ArchiveType::Incremental));
    }
    let stored: Vec<u64> = made.iter().map(|made| made.archive.bytes_stored).collect();
    assert!(stored[1..15].iter().all(|bytes| *bytes * 4 < stored[0]), "{stored:?}");
    // The fifteenth would be one too many: a whole copy, and from there on changed pages again.
    assert!(stored[15] * 2 > stored[0] && stored[16] * 4 < stored[0], "{stored:?}");
    assert_eq!(made[14].archive.needs, [1]);
    for round in [0, 1, 14, 15, 16] {
        let made = &made[round];
        let to = format!("back {round}");
        assert!(scene.restore(made, &to).is_empty());
        scene.letters(&format!("{to}/outside/named.sqlite"));
    }
    scene.python(
        "back 14/outside/named.sqlite",
        "n = q(\"SELECT count(*) FROM letter WHERE text LIKE 'x%'\").fetchone()[0]\nassert n == 70, n",
    );
    let drill = scene.drilled(&made[16]);
    assert!(drill.is_proven, "{:?}", drill.failures);
    // What changed for the most part is stored whole.
    scene.python("outside/named.sqlite", "q('UPDATE letter SET text = ? || text', ('y',))");
    let most = scene.made(ArchiveType::Incremental);
    assert!(most.archive.bytes_stored * 2 > stored[0], "{most:?}");
    // And hashes that are lost, or belong to nothing any more, cost a whole copy.
    std::fs::remove_dir_all(scene.folder.path().join("pages")).unwrap();
    scene.python("outside/named.sqlite", "q('UPDATE letter SET text = ? || text WHERE id = 5', ('z',))");
    let whole = scene.made(ArchiveType::Incremental);
    assert!(whole.archive.bytes_stored * 2 > stored[0], "{whole:?}");
    assert!(scene.restore(&whole, "last").is_empty());
}

#[test]
fn case_40_a_page_set_that_is_damaged_is_refused_and_an_older_whole_copy_is_named() {
    let mut scene = Scene::new();
    scene.database("outside/named.sqlite", "delete", 4_000);
    let full = scene.made(ArchiveType::Full);
    scene.python("outside/named.sqlite", "q('UPDATE letter SET text = ? || text WHERE id % 40 = 1', ('x',))");
    let next = scene.made(ArchiveType::Incremental);
    let archive = scene.archive(&next);
    let length = Path::new(&archive).metadata().unwrap().len();
    crate::testing::flip(Path::new(&archive), length / 4);
    assert_eq!(scene.restore(&next, "damaged"), ["named.sqlite"]);
    assert!(!scene.folder.path().join("damaged/outside/named.sqlite").exists());
    let order = RestoreOrder {
        hurry: true,
        archive: archive.clone(),
        shelf: scene.text("disk/board"),
        paths: Vec::new(),
        strip: ArchivePath::default(),
        to: scene.text("again"),
        conflict: Conflict::KeepBoth,
        owners: false,
        identities: Vec::new(),
        dry_run: false,
    };
    let Report::Restored(outcome) = last(&Work::Restore(order)) else { panic!("no restore") };
    assert_eq!(outcome.lost[0].older.as_ref(), Some(&full.archive.id));
    assert!(scene.restore(&full, "older").is_empty());
    assert_eq!(scene.letters("older/outside/named.sqlite")["letter"], Some(4_000));
}

#[test]
fn case_36_a_damaged_database_is_kept_as_it_lies_and_said() {
    use std::os::unix::fs::FileExt as _;
    let mut scene = Scene::new();
    scene.database("outside/named.sqlite", "delete", 400);
    scene.database("source/whole.db", "delete", 4);
    assert_eq!(scene.made(ArchiveType::Full).result, CreateResult::Complete);
    let path = scene.folder.path().join("outside/named.sqlite");
    std::fs::File::options().write(true).open(&path).unwrap().write_all_at(&[0xa5; 9_000], 20_000).unwrap();
    for _ in 0..2 {
        let made = scene.made(ArchiveType::Incremental);
        assert_eq!(made.result, CreateResult::CompleteWithExceptions);
        let [exception] = &made.exceptions[..] else { panic!("{:?}", made.exceptions) };
        assert_eq!((&*exception.code, &exception.path), (BAD_DATABASE, &scene.inside("outside/named.sqlite")));
        assert!(exception.reason.contains("is damaged") && made.has_bad_database(), "{exception:?}");
        let to = format!("back {}", made.archive.sequence);
        assert!(scene.restore(&made, &to).is_empty());
        let back = std::fs::read(scene.folder.path().join(to).join("outside/named.sqlite")).unwrap();
        assert!(back == std::fs::read(&path).unwrap(), "the bytes that are there are what can be mended");
        // It never had a guarantee: the drill tells it and is about everything else.
        let drill = scene.drilled(&made);
        assert!(drill.is_proven, "{:?}", drill.failures);
        assert_eq!(drill.databases.iter().filter(|one| !one.is_good).count(), 1);
    }
}

#[test]
fn case_37_what_no_copy_can_be_made_of_is_saved_with_its_parts_and_flagged() {
    let mut scene = Scene::new();
    put(&scene.folder.path().join("outside/named.sqlite"), noise(1, 8_192));
    let made = scene.made(ArchiveType::Full);
    assert_eq!(made.exceptions[0].code, "not-guaranteed");
    assert!(made.exceptions[0].reason.contains("encrypted"), "{:?}", made.exceptions);
    // Locked for good, with a log that holds what is new.
    let path = scene.folder.path().join("outside/named.sqlite");
    std::fs::remove_file(&path).unwrap();
    scene.database("outside/named.sqlite", "wal", 4);
    struct Locked;
    impl Copier for Locked {
        fn copy(&self, _: &CopyOrder) -> Result<CopyAnswer, Problem> {
            let because = caretaker_core::backup::Refusal::Busy;
            Ok(CopyAnswer::Refused { because, why: "is locked by another program".to_owned() })
        }
    }
    put(&scene.folder.path().join("outside/named.sqlite-wal"), "a log");
    let order = scene.order(ArchiveType::Full);
    let said = heard(|voice| create(&order, &Locked, voice, &Cancel::default()).unwrap());
    let Some(Report::Created(made)) = said.into_iter().next_back() else { panic!("no archive") };
    assert!(made.exceptions[0].reason.contains("is locked by another program"), "{:?}", made.exceptions);
    assert!(scene.restore(&made, "back").is_empty());
    assert_eq!(std::fs::read(scene.folder.path().join("back/outside/named.sqlite-wal")).unwrap(), b"a log");
}

#[test]
fn an_archive_of_databases_holds_nothing_else() {
    let mut scene = Scene::new();
    put(&scene.folder.path().join("source/text"), "text");
    scene.database("source/deep/in/a.db", "wal", 3);
    scene.database("outside/named.sqlite", "delete", 3);
    let made = scene.made(ArchiveType::Database);
    assert_eq!((made.archive.files, made.result), (2, CreateResult::Complete), "{:?}", made.exceptions);
    assert_eq!(scene.copied(), ["a.db", "named.sqlite"]);
    assert!(scene.restore(&made, "back").is_empty());
    assert!(begins_as_database(&scene.folder.path().join("back/source/deep/in/a.db")));
    assert!(!scene.folder.path().join("back/source/text").exists());
}

#[test]
fn a_named_database_behind_a_link_is_saved_where_it_lies() {
    let mut scene = Scene::new();
    scene.database("elsewhere/real.sqlite", "wal", 7);
    std::os::unix::fs::symlink(scene.text("elsewhere/real.sqlite"), scene.text("outside/named.sqlite")).unwrap();
    let made = scene.made(ArchiveType::Full);
    assert_eq!((made.result, scene.copied()), (CreateResult::Complete, vec!["real.sqlite".to_owned()]));
    assert!(scene.restore(&made, "back").is_empty());
    assert_eq!(scene.letters("back/elsewhere/real.sqlite")["letter"], Some(7));
}

#[test]
fn a_look_at_what_would_be_saved_copies_nothing() {
    let mut scene = Scene::new();
    scene.database("outside/named.sqlite", "delete", 3);
    let order = CreateOrder { dry_run: true, ..scene.order(ArchiveType::Full) };
    let said = heard(|voice| create(&order, &scene.here, voice, &Cancel::default()).unwrap());
    assert!(matches!(said.last(), Some(Report::Created(_))), "{said:?}");
    assert_eq!(scene.copied(), [""; 0]);
    assert!(!Path::new(&order.staging).exists());
}
