//! Encrypted backups by the engine: nothing before the recovery sheet is confirmed, nothing in plain, and what a lost key means. Real
//! workers, real archives, real keys.

use caretaker_core::backup::{CreateOutcome, KeySheet, Secret, VerifyDepth, VerifyResult};
use caretaker_core::problem::Code;
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Span;
use caretaker_core::view::{
    ActivityResult, ActivityState, ActivityView, ConfirmKeyRequest, ImportKeyRequest, JobView, KeyState, KeyView,
    ProtectionState, QuestionKind, RestoreRequest, VerifyRequest,
};

use crate::backup_scene::Scene;

impl Scene {
    async fn key(&self) -> KeyView {
        self.world.engine().key("disk").await.unwrap()
    }

    async fn sheet(&self) -> KeySheet {
        self.world.engine().key_sheet("disk").await.unwrap().sheet
    }

    /// What a person types who has the sheet before them.
    async fn confirm(&self, sheet: &KeySheet) -> KeyView {
        let asked = self.key().await.asked;
        let typed: Vec<&str> = asked.iter().map(|number| sheet.groups[number - 1].0.as_str()).collect();
        let request = ConfirmKeyRequest { typed: Secret(typed.join(" ")) };
        self.world.engine().confirm_key("disk", request).await.unwrap()
    }

    async fn confirmed(&self) -> KeySheet {
        let sheet = self.sheet().await;
        assert_eq!(self.confirm(&sheet).await.state, KeyState::Ready);
        sheet
    }

    async fn verify(&self) -> Vec<VerifyResult> {
        let request = VerifyRequest { depth: VerifyDepth::Deep, ..VerifyRequest::default() };
        let begun = self.world.engine().verify_backups(request).await.unwrap();
        match self.over(begun).await.result {
            Some(ActivityResult::Verified(outcomes)) => outcomes.iter().map(|outcome| outcome.result).collect(),
            other => panic!("{other:?}"),
        }
    }

    async fn drill(&self) -> ActivityView {
        let begun = self.world.engine().drill_backup("board").await.unwrap();
        self.over(begun).await
    }

    async fn job(&self) -> JobView {
        self.world.engine().backups().await.unwrap().jobs.remove(0)
    }

    fn key_file(&self) -> std::path::PathBuf {
        self.world.home().join("keys/disk.txt")
    }
}

fn outcome(ended: &ActivityView) -> &CreateOutcome {
    match &ended.result {
        Some(ActivityResult::Created(outcome)) => outcome,
        _ => panic!("{ended:?}"),
    }
}

fn private(sheet: &KeySheet) -> String {
    sheet.groups.iter().map(|group| group.0.as_str()).collect()
}

fn problem(ended: ActivityView) -> caretaker_core::problem::Problem {
    assert_eq!(ended.state, ActivityState::Failed, "{ended:?}");
    ended.problem.unwrap()
}

#[tokio::test]
async fn nothing_is_written_before_the_sheet_is_confirmed_and_nothing_in_plain_ever() {
    let scene = Scene::new("encrypt = true\n");
    scene.write(3, "secret");
    assert_eq!(scene.key().await.state, KeyState::None);
    let refused = problem(scene.create().await);
    assert_eq!(refused.code, Code::NotConfigured);
    assert!(refused.hint.contains("backup key sheet disk"), "{refused:?}");
    let sheet = scene.sheet().await;
    assert_eq!((scene.key().await.state, scene.key().await.jobs), (KeyState::Unconfirmed, vec!["board".to_owned()]));
    assert!(problem(scene.create().await).hint.contains("backup key confirm disk"));
    let wrong = ConfirmKeyRequest { typed: Secret("qqqq qqqq qqqq".to_owned()) };
    assert_eq!(scene.world.engine().confirm_key("disk", wrong).await.unwrap_err().code, Code::Usage);
    assert!(problem(scene.create().await).message.contains("nobody has confirmed"));
    assert!(scene.archives().is_empty());

    scene.confirm(&sheet).await;
    let made = scene.create().await;
    assert_eq!(made.state, ActivityState::Done, "{made:?}");
    let name = scene.archives().remove(0);
    assert!(name.ends_with(".tar.zst.age"), "{name}");
    let bytes = std::fs::read(scene.disk().join("board").join(&name)).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"secret"));
    let view = scene.world.engine().backups().await.unwrap();
    let destination = view.destinations.iter().find(|one| one.destination.id == "disk").unwrap();
    assert_eq!(destination.key, KeyState::Ready);
    let list = scene.world.engine().archives(Some("board".to_owned()), None).await.unwrap();
    assert!(list.archives[0].facts.is_encrypted);
    assert_eq!(list.archives[0].facts.bytes_stored, bytes.len() as u64);
}

#[tokio::test]
async fn a_lost_key_is_called_missing_everywhere_and_comes_back_from_the_sheet() {
    let scene = Scene::new("encrypt = true\n");
    scene.write(5, "first");
    let sheet = scene.confirmed().await;
    scene.create().await;
    assert_eq!(scene.drill().await.state, ActivityState::Done);
    std::fs::remove_file(scene.key_file()).unwrap();
    assert_eq!(scene.key().await.state, KeyState::Missing);
    assert_eq!(scene.verify().await, [VerifyResult::Locked]);
    let drilled = problem(scene.drill().await);
    assert_eq!(drilled.code, Code::KeyMissing);
    assert!(drilled.hint.contains("backup key import"), "{drilled:?}");
    // A drill that could not be carried out is no proof of the opposite.
    let view = scene.world.engine().backups().await.unwrap();
    assert!(view.jobs[0].proof.as_ref().unwrap().outcome.is_proven);

    // Without it nobody can tell what changed, so that a person is asked before anything is saved anew.
    scene.world.clock.advance(Span::from_hours(1));
    scene.write(1, "second");
    let failed = problem(scene.create().await);
    assert_eq!(failed.code, Code::KeyMissing);
    assert!(failed.message.contains("its key is not here"), "{failed:?}");
    assert!(failed.hint.contains("backup key import") && failed.hint.contains("accept-changes board"), "{failed:?}");
    assert_eq!(scene.archives().len(), 1);
    let job = scene.job().await;
    assert_eq!((job.question, job.state), (Some(QuestionKind::KeyMissing), ProtectionState::Warning));
    assert_eq!(scene.reading("backup.failing", "board").await, Some(1.0));

    let request = ImportKeyRequest { key: Secret(private(&sheet)) };
    assert_eq!(scene.world.engine().import_key("disk", request).await.unwrap().state, KeyState::Ready);
    let made = scene.create().await;
    assert_eq!(outcome(&made).archive.kind, Some(ArchiveType::Incremental), "it goes on where it was");
    assert_eq!((scene.job().await.question, scene.job().await.frozen), (None, None));
    assert_eq!(scene.verify().await, [VerifyResult::Intact, VerifyResult::Intact]);
    assert_eq!(scene.drill().await.state, ActivityState::Done);
}

#[tokio::test]
async fn a_key_that_is_lost_for_good_is_answered_once_and_nothing_is_removed_until_archives_can_be_read_again() {
    let scene = Scene::new("encrypt = true\nkeep = { full = 1, incremental = 1 }\n");
    scene.write(150, "first");
    let sheet = scene.confirmed().await;
    scene.create().await;
    std::fs::remove_file(scene.key_file()).unwrap();
    // Somebody encrypted everything: neither the brake nor the question about an empty source could tell.
    scene.write(150, "encrypted by somebody");
    assert_eq!(problem(scene.create().await).code, Code::KeyMissing);
    scene.world.engine().accept_changes("board").await.unwrap();
    assert_eq!(scene.job().await.question, None);
    for round in 0..3 {
        scene.world.clock.advance(Span::from_hours(1));
        scene.write(1, &format!("round {round}"));
        let made = scene.create().await;
        assert_eq!(outcome(&made).archive.kind, Some(ArchiveType::Full), "asked once: {made:?}");
        assert!(outcome(&made).archive.is_encrypted && outcome(&made).is_key_missing);
    }
    assert_eq!(scene.archives().len(), 4, "the older ones are all there");
    assert!(scene.job().await.frozen.unwrap().contains("key of older archives"));
    // The sheet was found after all.
    let request = ImportKeyRequest { key: Secret(private(&sheet)) };
    scene.world.engine().import_key("disk", request).await.unwrap();
    scene.world.clock.advance(Span::from_hours(1));
    scene.write(1, "last");
    let made = scene.create().await;
    assert_eq!(outcome(&made).archive.kind, Some(ArchiveType::Incremental));
    assert_eq!(scene.job().await.frozen, None);
    assert!(scene.archives().len() < 5, "and retention goes on");
}

#[tokio::test]
async fn an_archive_that_was_changed_is_damaged_whether_its_key_is_here_or_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new("encrypt = true\n");
    scene.write(5, "first");
    scene.confirmed().await;
    scene.create().await;
    let path = scene.disk().join("board").join(scene.archives().remove(0));
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 100;
    bytes[last] ^= 1;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::io::Write::write_all(&mut std::fs::File::create(&path).unwrap(), &bytes).unwrap();
    assert_eq!(scene.verify().await, [VerifyResult::Damaged]);
    std::fs::remove_file(scene.key_file()).unwrap();
    assert_eq!(scene.verify().await, [VerifyResult::Damaged]);
}

#[tokio::test]
async fn private_keys_are_in_no_backup_no_record_and_no_answer_but_the_sheet() {
    let home_too = |scene: &Scene| scene.world.home().display().to_string();
    let scene = Scene::new("encrypt = true\n");
    scene.write(2, "x");
    let sheet = scene.confirmed().await;
    let secret = private(&sheet)[..16].to_owned();
    scene.create().await;
    // A job that names Caretaker's own home saves it without the keys.
    let change = scene.world.engine().put_job(
        "everything",
        caretaker_core::view::JobRequest {
            folders: vec![home_too(&scene)],
            to: vec!["disk".to_owned()],
            ..caretaker_core::view::JobRequest::default()
        },
    );
    change.await.unwrap();
    let begun =
        scene.world.engine().create_backup("everything", caretaker_core::view::CreateRequest::default()).unwrap();
    let made = scene.over(begun).await;
    let Some(ActivityResult::Created(outcome)) = made.result else { panic!("{made:?}") };
    let target = scene.folder.path().join("back");
    let request = RestoreRequest { to: target.display().to_string(), ..RestoreRequest::default() };
    let begun = scene.world.engine().restore_backup(&outcome.archive.id, request).await.unwrap();
    assert_eq!(scene.over(begun).await.state, ActivityState::Done);
    let restored = |name: &str| {
        let inside = scene.world.home().join(name);
        target.join(inside.strip_prefix("/").unwrap())
    };
    assert!(restored("caretaker.db").exists(), "the job saves the home");
    assert!(!restored("keys").exists());

    let engine = scene.world.engine();
    let answers = [
        serde_json::to_string(&engine.backups().await.unwrap()).unwrap(),
        serde_json::to_string(&engine.key("disk").await.unwrap()).unwrap(),
        serde_json::to_string(&engine.configuration()).unwrap(),
        serde_json::to_string(&engine.overview().await.unwrap()).unwrap(),
        serde_json::to_string(&engine.activities().unwrap()).unwrap(),
        format!("{sheet:?}"),
    ];
    for answer in answers {
        assert!(!answer.contains(&secret), "{answer}");
    }
    // Nothing in the home has it but the one file.
    let mut with = Vec::new();
    let mut folders = vec![scene.world.home()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().filter_map(Result::ok) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if std::fs::read(entry.path())
                .is_ok_and(|bytes| bytes.windows(secret.len()).any(|window| window == secret.as_bytes()))
            {
                with.push(entry.path());
            }
        }
    }
    assert_eq!(with, [scene.key_file()]);
}
