//! A real server, real dumps in real archives, and drills that restore them.

use std::path::{Path, PathBuf};

use caretaker_backup::write::Cancel;
use caretaker_core::backup::{
    ArchivePath, Compression, Conflict, CreateOrder, CreateOutcome, CreateResult, DrillOrder, DrillOutcome, Report,
    RestoreOrder, Source, Work,
};
use caretaker_core::problem::Code;
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Timestamp;

use super::prove;
use super::server::Server;
use crate::testing::{flip, last};

/// Folders for archives.
struct Scene(tempfile::TempDir);

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("disk")).unwrap();
        Self(folder)
    }

    fn text(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn order(&self, postgres: Vec<String>) -> CreateOrder {
        CreateOrder {
            set: "board".to_owned(),
            kind: ArchiveType::Full,
            source: Source { postgres, ..Source::default() },
            destination: self.text("disk"),
            identity: None,
            compression: Compression::Zstd,
            recipients: Vec::new(),
            identities: Vec::new(),
            staging: self.text("staging"),
            host: "test".to_owned(),
            now: Timestamp::from_millis(4_000_000_000_000),
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

    fn made(order: CreateOrder) -> CreateOutcome {
        match last(&Work::Create(order)) {
            Report::Created(outcome) => *outcome,
            other => panic!("{other:?}"),
        }
    }

    fn drilled(&self, made: &CreateOutcome, scratch_postgres: Option<String>) -> DrillOutcome {
        let order = DrillOrder {
            archive: self.text(&format!("disk/board/{}", made.archive.file)),
            shelf: self.text("disk/board"),
            source: Source::default(),
            scratch: self.text("scratch"),
            most_bytes: None,
            turn: 0,
            scratch_postgres,
            identities: Vec::new(),
            hurry: true,
        };
        match last(&Work::Drill(order)) {
            Report::Drilled(outcome) => *outcome,
            other => panic!("{other:?}"),
        }
    }

    /// Brings the dump back.
    fn restored(&self, made: &CreateOutcome) -> (PathBuf, Vec<String>) {
        let order = RestoreOrder {
            hurry: true,
            archive: self.text(&format!("disk/board/{}", made.archive.file)),
            shelf: self.text("disk/board"),
            paths: vec![ArchivePath::new(&b"postgres/board.dump"[..])],
            strip: ArchivePath::default(),
            to: self.text("back"),
            conflict: Conflict::KeepBoth,
            owners: false,
            identities: Vec::new(),
            dry_run: false,
        };
        match last(&Work::Restore(order)) {
            Report::Restored(outcome) => (self.0.path().join("back/postgres/board.dump"), outcome.notes),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_database_of_a_server_is_saved_restored_and_proven() {
    let Some(server) = Server::start() else {
        eprintln!("skipped: PostgreSQL is not installed");
        return;
    };
    server.board();
    let scene = Scene::new();
    let made = Scene::made(scene.order(vec![server.address("board")]));
    assert_eq!((made.result, made.archive.files), (CreateResult::Complete, 1), "{:?}", made.exceptions);
    // Into a scratch database, where the rows are those that were counted; nothing of it stays.
    let drill = scene.drilled(&made, Some(server.address("board")));
    assert!(drill.is_proven, "{:?}", drill.failures);
    assert_eq!((drill.databases.len(), drill.databases[0].rows), (1, 503), "{drill:?}");
    assert!(drill.databases[0].detail.contains("3 tables, as at the backup"), "{drill:?}");
    let databases = server.ask("postgres", "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database");
    assert_eq!(databases, "board postgres template0 template1");
    // Without a server its list is read, and with one that refuses as well.
    for scratch in [None, Some("postgres://nobody@/nowhere?host=/nonexistent".to_owned())] {
        let drill = scene.drilled(&made, scratch);
        assert!(drill.is_proven && drill.databases[0].detail.contains("list of contents"), "{drill:?}");
    }
    // A person gets the file, and is told what to do with it.
    let (file, notes) = scene.restored(&made);
    assert!(file.is_file() && notes[0].contains("pg_restore"), "{notes:?}");
    // The drill finds a dump that was changed.
    let length = file.metadata().unwrap().len();
    for at in (length / 2..length).step_by(11) {
        flip(&file, at);
    }
    let found = prove(&file, Some(&server.address("board")), &Cancel::default()).unwrap();
    assert!(!found.is_sound, "{found:?}");
    let databases = server.ask("postgres", "SELECT count(*) FROM pg_database");
    assert_eq!(databases, "4");
}

#[test]
fn rows_are_counted_in_the_state_that_is_dumped_while_others_write() {
    let Some(server) = Server::start() else {
        eprintln!("skipped: PostgreSQL is not installed");
        return;
    };
    server.board();
    let scene = Scene::new();
    // Ends the writing however the backup ends.
    let (going, stopped) = std::sync::mpsc::channel::<()>();
    let made = std::thread::scope(|scope| {
        let server = &server;
        scope.spawn(move || {
            while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                server.ask("board", "INSERT INTO letter (text) SELECT 'more' FROM generate_series(1, 50)");
            }
        });
        let _going = going;
        Scene::made(scene.order(vec![server.address("board")]))
    });
    assert_eq!(made.result, CreateResult::Complete, "{:?}", made.exceptions);
    let drill = scene.drilled(&made, Some(server.address("board")));
    assert!(drill.is_proven, "{:?}", drill.failures);
}

#[test]
fn a_database_that_cannot_be_reached_is_said_without_its_password() {
    let scene = Scene::new();
    let nowhere = "postgres://owner:pa55@/board?host=/nonexistent".to_owned();
    let order = scene.order(vec![nowhere.clone()]);
    let Report::Failed(problem) = last(&Work::Create(order.clone())) else { panic!("there is nothing to save") };
    assert_eq!(problem.code, Code::SourceMissing);
    assert!(problem.message.contains("`board` is not saved") && !problem.message.contains("pa55"), "{problem:?}");
    // Beside something else the rest is saved.
    crate::testing::put(Path::new(&scene.text("source/a")), "a");
    let source = Source { folders: vec![scene.text("source")], postgres: vec![nowhere], ..Source::default() };
    let made = Scene::made(CreateOrder { source, ..order });
    assert_eq!((made.result, &*made.exceptions[0].code), (CreateResult::CompleteWithExceptions, "not-saved"));
    assert!(!format!("{made:?}").contains("pa55"));
}
