//! Encrypted archives beyond this machine: there, back, and back when nothing is left but the store and the recovery sheet. Real workers, a
//! real store, real keys.

use std::path::Path;
use std::process::Command;

use caretaker_core::backup::{Secret, VerifyResult};
use caretaker_core::problem::Code;
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Span;
use caretaker_core::view::{
    ActivityResult, ActivityState, CopyState, ImportKeyRequest, KeyState, RebuildView, RestoreRequest, VerifyRequest,
};
use caretaker_testkit::World;
use caretaker_tests::noise;

use crate::store_scene::{Scene, configuration, over, put, with_keys};

const ENCRYPTED: &str = "encrypt = true\n";

/// A scene whose archives are encrypted, and what the recovery sheet says.
async fn sealed() -> (Scene, String) {
    let scene = Scene::new(ENCRYPTED);
    let sheet = scene.world.engine().key_sheet("disk").await.unwrap().sheet;
    let private: String = sheet.groups.iter().map(|group| group.0.as_str()).collect();
    // Whoever types the whole key has the sheet.
    import(&scene.world, &private).await;
    (scene, private)
}

async fn import(world: &World, private: &str) {
    let request = ImportKeyRequest { key: Secret(private.to_owned()) };
    assert_eq!(world.engine().import_key("disk", request).await.unwrap().state, KeyState::Ready);
}

/// Another machine, which knows the store and nothing else.
fn other_machine(scene: &Scene) -> World {
    with_keys(
        World::with_configuration(&configuration(scene.folder.path(), &scene.proxy.endpoint(), ENCRYPTED)).unwrap(),
    )
}

async fn adopted(world: &World) -> RebuildView {
    match over(world, world.engine().adopt("offsite").await.unwrap()).await.result {
        Some(ActivityResult::Rebuilt(view)) => view,
        other => panic!("{other:?}"),
    }
}

async fn verified(world: &World) -> Vec<VerifyResult> {
    let request = VerifyRequest { at: Some("offsite".to_owned()), ..VerifyRequest::default() };
    match over(world, world.engine().verify_backups(request).await.unwrap()).await.result {
        Some(ActivityResult::Verified(outcomes)) => outcomes.iter().map(|outcome| outcome.result).collect(),
        other => panic!("{other:?}"),
    }
}

fn restore(to: &Path) -> RestoreRequest {
    RestoreRequest { to: to.display().to_string(), ..RestoreRequest::default() }
}

async fn restored(world: &World, id: &str, to: &Path) {
    let ended = over(world, world.engine().restore_backup(id, restore(to)).await.unwrap()).await;
    assert_eq!(ended.state, ActivityState::Done, "{ended:?}");
}

async fn is_proven(world: &World) {
    let drilled = over(world, world.engine().drill_backup("board").await.unwrap()).await;
    assert!(matches!(&drilled.result, Some(ActivityResult::Drilled(outcome)) if outcome.is_proven), "{drilled:?}");
}

/// The catalog is lost, and the disk with all its archives.
async fn lose_everything_here(scene: &mut Scene) {
    scene.world.restart().await.unwrap();
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(scene.world.home().join(format!("catalog.db{end}")));
    }
    std::fs::remove_dir_all(scene.path("disk")).unwrap();
}

fn put_bytes(path: &Path, bytes: &[u8]) {
    use std::io::Write as _;
    std::fs::File::create(path).unwrap().write_all(bytes).unwrap();
}

#[tokio::test]
async fn encrypted_archives_are_copied_read_back_and_come_back_from_the_store_alone() {
    let (mut scene, _) = sealed().await;
    scene.write("first");
    let large = noise(6 << 20);
    put_bytes(&scene.path("source/large.bin"), &large);
    let first = scene.copied().await;
    put(&scene.path("source/1.txt"), "second");
    scene.world.clock.advance(Span::from_hours(1));
    let second = scene.copied().await;
    for id in [&first, &second] {
        let archive = scene.archive(id).await;
        assert!(archive.facts.is_encrypted && archive.path.ends_with(".tar.zst.age"), "{archive:?}");
        let stored = scene.server.object(&scene.key(id).await).unwrap().unwrap();
        assert!(stored == std::fs::read(&archive.path).unwrap(), "the same bytes");
    }
    assert_eq!(scene.archive(&second).await.facts.kind, Some(ArchiveType::Incremental));
    assert_eq!(verified(&scene.world).await, [VerifyResult::Intact, VerifyResult::Intact]);

    lose_everything_here(&mut scene).await;
    scene.proxy.answered();
    let view = adopted(&scene.world).await;
    assert!(view.archives == 2 && view.unreadable.is_empty(), "{view:?}");
    let fetched = scene.proxy.answered();
    assert!(fetched < (2 << 20), "{fetched} bytes were fetched to learn what two archives with 6 MiB hold");
    let to = scene.path("back");
    restored(&scene.world, &second, &to).await;
    let inside = to.join(scene.path("source").strip_prefix("/").unwrap());
    assert_eq!(std::fs::read_to_string(inside.join("0.txt")).unwrap(), "0 first");
    assert_eq!(std::fs::read_to_string(inside.join("1.txt")).unwrap(), "second");
    assert!(std::fs::read(inside.join("large.bin")).unwrap() == large);
    is_proven(&scene.world).await;
}

#[tokio::test]
async fn case_76_without_the_key_a_store_says_so_and_with_the_sheet_everything_comes_back() {
    let (scene, private) = sealed().await;
    scene.write("first");
    put_bytes(&scene.path("source/large.bin"), &noise(3 << 20));
    let id = scene.copied().await;
    let other = other_machine(&scene);
    scene.proxy.answered();
    let view = adopted(&other).await;
    assert_eq!((view.archives, view.unreadable.len()), (0, 1), "{view:?}");
    assert!(view.unreadable[0].1.contains("its key is not here"), "{view:?}");
    assert!(scene.proxy.answered() < (1 << 20), "what cannot be read is not fetched");
    // A key that is none of these archives.
    other.engine().key_sheet("disk").await.unwrap();
    let view = adopted(&other).await;
    assert!(view.unreadable[0].1.contains("no key that is here opens it"), "{view:?}");
    // Whoever has another key begins anew with the one of the sheet.
    std::fs::remove_file(other.home().join("keys/disk.pub")).unwrap();

    import(&other, &private).await;
    let view = adopted(&other).await;
    assert!(view.archives == 1 && view.unreadable.is_empty(), "{view:?}");
    let to = scene.path("elsewhere");
    restored(&other, &id, &to).await;
    is_proven(&other).await;

    // It is lost again: that is said, and no copy is taken for a wrong one.
    std::fs::remove_file(other.home().join("keys/disk.txt")).unwrap();
    for entry in std::fs::read_dir(other.home().join("keys")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "txt") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let ended = over(&other, other.engine().restore_backup(&id, restore(&scene.path("in-vain"))).await.unwrap()).await;
    let problem = ended.problem.unwrap();
    assert_eq!(problem.code, Code::KeyMissing, "{problem:?}");
    assert!(problem.hint.contains("backup key import"), "{problem:?}");
    assert_eq!(verified(&other).await, [VerifyResult::Locked]);
    let copy = other.engine().archive(&id).await.unwrap().archive.copies.remove(0);
    assert_eq!((copy.state, copy.is_wrong), (CopyState::Replicated, false));
}

/// Runs a script with the database.
fn python(database: &Path, script: &str) -> String {
    let text = format!("import os, sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], isolation_level=None)\n{script}");
    let output = Command::new("python3").args(["-c", &text, &database.display().to_string()]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn changed_pages_of_a_database_in_encrypted_increments_come_back_from_the_store_as_a_whole_database() {
    let (mut scene, _) = sealed().await;
    let database = scene.path("source/board.sqlite");
    python(
        &database,
        "db.execute('PRAGMA journal_mode=wal')
db.execute('CREATE TABLE letter (id INTEGER PRIMARY KEY, text)')
db.execute('BEGIN')
for i in range(2000): db.execute('INSERT INTO letter (text) VALUES (?)', (os.urandom(600).hex(),))
db.execute('COMMIT')",
    );
    let full = scene.copied().await;
    let mut increments = Vec::new();
    for text in ["second", "third"] {
        python(&database, &format!("db.execute('UPDATE letter SET text = ? WHERE id % 500 = 7', ('{text}',))"));
        scene.world.clock.advance(Span::from_hours(1));
        increments.push(scene.copied().await);
    }
    let full = scene.archive(&full).await.facts;
    for id in &increments {
        let facts = scene.archive(id).await.facts;
        assert!(facts.is_encrypted && facts.kind == Some(ArchiveType::Incremental), "{facts:?}");
        assert!(facts.bytes_stored * 10 < full.bytes_stored, "{} of {} bytes", facts.bytes_stored, full.bytes_stored);
    }
    is_proven(&scene.world).await;
    lose_everything_here(&mut scene).await;
    assert_eq!(adopted(&scene.world).await.archives, 3);
    let said = "print(db.execute('PRAGMA integrity_check').fetchone()[0], db.execute('SELECT count(*) FROM letter').fetchone()[0], \
                *[text for (text,) in db.execute('SELECT DISTINCT text FROM letter WHERE id % 500 = 7')])";
    for (id, text) in increments.iter().zip(["second", "third"]) {
        let to = scene.path(text);
        restored(&scene.world, id, &to).await;
        let file = to.join(database.strip_prefix("/").unwrap());
        assert_eq!(python(&file, said), format!("ok 2000 {text}"));
    }
    let drilled = over(&scene.world, scene.world.engine().drill_backup("board").await.unwrap()).await;
    let Some(ActivityResult::Drilled(outcome)) = drilled.result else { panic!("{drilled:?}") };
    assert!(outcome.is_proven && outcome.databases.iter().all(|one| one.is_good), "{outcome:?}");
    assert_eq!((outcome.databases.len(), outcome.databases[0].rows), (1, 2_000));
}
