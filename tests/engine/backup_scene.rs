//! A world with something to back up: a folder, a folder that is the disk, and time that a test moves. Real archives, real workers.

use std::path::{Path, PathBuf};

use caretaker_core::backup::CreateOutcome;
use caretaker_core::time::{Clock, Span};
use caretaker_core::view::{ActivityResult, ActivityView, CreateRequest, Hint};
use caretaker_testkit::World;

/// A world with a folder to save and a folder to save it to.
pub struct Scene {
    pub world: World,
    pub folder: tempfile::TempDir,
}

impl Scene {
    pub fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["source", "disk"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let path = |name: &str| folder.path().join(name).display().to_string();
        let text = format!(
            "[collect]\ninterval = \"5m\"\n\n[[destination]]\nid = \"disk\"\npath = \"{}\"\n\n\
             [[backup]]\nid = \"board\"\nfolders = [\"{}\"]\nto = [\"disk\"]\n{more}",
            path("disk"),
            path("source")
        );
        Self { world: World::with_configuration(&text).unwrap(), folder }
    }

    pub fn source(&self, name: &str) -> PathBuf {
        self.folder.path().join("source").join(name)
    }

    pub fn disk(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    pub fn write(&self, files: usize, text: &str) {
        for number in 0..files {
            put(&self.source(&format!("{number}.txt")), &format!("{number} {text}"));
        }
    }

    /// Archives of the job as they lie on the disk.
    pub fn archives(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.disk().join("board")).into_iter().flatten().filter_map(Result::ok);
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.retain(|name| Path::new(name).extension().is_some_and(|end| end == "zst" || end == "age"));
        names.sort();
        names
    }

    /// Begins what is due and waits until all work is over.
    pub async fn due(&self) {
        self.world.engine().backups_due().await.unwrap();
        self.quiet().await;
    }

    /// Waits until all work is over.
    pub async fn quiet(&self) {
        let mut hints = self.world.engine().watch();
        loop {
            let all = self.world.engine().activities().unwrap().activities;
            if all.iter().all(|one| one.state.is_over()) {
                return;
            }
            let _: Hint = hints.recv().await.unwrap();
        }
    }

    /// Lets time pass with a look at the schedules every quarter of an hour.
    pub async fn pass(&self, span: Span) {
        let until = self.world.clock.moment().awake + span;
        while self.world.clock.moment().awake < until {
            self.world.clock.advance(Span::from_minutes(15));
            self.due().await;
        }
    }

    pub async fn over(&self, begun: ActivityView) -> ActivityView {
        let mut hints = self.world.engine().watch();
        loop {
            let view = self.world.engine().activity(&begun.id).unwrap();
            if view.state.is_over() {
                return view;
            }
            let _: Hint = hints.recv().await.unwrap();
        }
    }

    pub async fn create(&self) -> ActivityView {
        let begun = self.world.engine().create_backup("board", CreateRequest::default()).unwrap();
        self.over(begun).await
    }

    pub async fn reading(&self, name: &str, label: &str) -> Option<f64> {
        self.due().await;
        self.world.clock.advance(Span::from_seconds(1));
        self.world.round().await.unwrap();
        let all = self.world.engine().series().await.unwrap().series;
        let label_of = |name: &str| if name.contains("destination") { "destination" } else { "job" };
        all.iter().find(|one| one.key.name == name && one.key.labels.get(label_of(name)) == Some(label))?.last
    }
}

pub fn put(path: &Path, text: &str) {
    use std::io::Write as _;
    std::fs::File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
}

pub fn made(view: &ActivityView) -> &CreateOutcome {
    let created = match &view.result {
        Some(ActivityResult::Created(outcome)) => Some(outcome),
        _ => None,
    };
    assert!(created.is_some(), "no archive: {view:?}");
    created.unwrap()
}
