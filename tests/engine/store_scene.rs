//! A world with a store beyond it: a folder to save, a folder that is the disk, and a real store behind a proxy. Time is simulated.

use std::path::{Path, PathBuf};

use caretaker_core::time::Span;
use caretaker_core::view::{ActivityResult, ActivityView, ArchiveView, CopyState, CreateRequest, Hint};
use caretaker_testkit::{FaultProxy, ObjectStore, World};

/// A world with a folder to save, a disk, and a store behind a proxy.
pub struct Scene {
    pub world: World,
    pub server: ObjectStore,
    pub proxy: FaultProxy,
    pub folder: tempfile::TempDir,
}

pub fn configuration(folder: &Path, endpoint: &str, more: &str) -> String {
    let path = |name: &str| folder.join(name).display().to_string();
    format!(
        "[collect]\ninterval = \"1h\"\n\n[[destination]]\nid = \"disk\"\npath = \"{}\"\n\n\
         [[destination]]\nid = \"offsite\"\ns3 = \"s3://archives/mini\"\nendpoint = \"{endpoint}\"\n\
         access_key = \"env:STORE_KEY\"\nsecret_key = \"env:STORE_SECRET\"\n\n\
         [[backup]]\nid = \"board\"\nfolders = [\"{}\"]\nto = [\"disk\", \"offsite\"]\n{more}",
        path("disk"),
        path("source")
    )
}

impl Scene {
    pub fn new(more: &str) -> Self {
        Self::before(ObjectStore::start().unwrap(), more)
    }

    pub fn before(server: ObjectStore, more: &str) -> Self {
        let proxy = FaultProxy::before(server.address()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for name in ["source", "disk"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let world = World::with_configuration(&configuration(folder.path(), &proxy.endpoint(), more)).unwrap();
        Self { world: with_keys(world), server, proxy, folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, text: &str) {
        for number in 0..3 {
            put(&self.path(&format!("source/{number}.txt")), &format!("{number} {text}"));
        }
    }

    pub async fn over(&self, begun: ActivityView) -> ActivityView {
        over(&self.world, begun).await
    }

    /// Begins what is due and waits until all work is over.
    pub async fn due(&self) {
        let mut hints = self.world.engine().watch();
        self.world.engine().backups_due().await.unwrap();
        loop {
            let all = self.world.engine().activities().unwrap().activities;
            if all.iter().all(|one| one.state.is_over()) {
                return;
            }
            let _: Hint = hints.recv().await.unwrap();
        }
    }

    pub async fn create(&self) -> String {
        let begun = self.world.engine().create_backup("board", CreateRequest::default()).unwrap();
        match self.over(begun).await.result {
            Some(ActivityResult::Created(outcome)) => outcome.archive.id,
            other => panic!("no archive: {other:?}"),
        }
    }

    pub async fn copied(&self) -> String {
        let id = self.create().await;
        self.due().await;
        assert_eq!(self.archive(&id).await.copies[0].state, CopyState::Replicated, "{:?}", self.archive(&id).await);
        id
    }

    pub async fn archive(&self, id: &str) -> ArchiveView {
        self.world.engine().archive(id).await.unwrap().archive
    }

    pub async fn pending(&self) -> f64 {
        self.world.clock.advance(Span::from_seconds(1));
        self.world.round().await.unwrap();
        let all = self.world.engine().series().await.unwrap().series;
        all.iter().find(|one| one.key.name == "backup.replica.pending").and_then(|one| one.last).unwrap()
    }

    /// What an archive is called at the store, prefix and all.
    pub async fn key(&self, id: &str) -> String {
        format!("mini/{}", self.archive(id).await.copies[0].key)
    }
}

pub fn with_keys(world: World) -> World {
    world.variables.set("STORE_KEY", "keyid");
    world.variables.set("STORE_SECRET", "hunter2-secret");
    world
}

pub async fn over(world: &World, begun: ActivityView) -> ActivityView {
    let mut hints = world.engine().watch();
    loop {
        let view = world.engine().activity(&begun.id).unwrap();
        if view.state.is_over() {
            return view;
        }
        let _: Hint = hints.recv().await.unwrap();
    }
}

pub fn put(path: &Path, text: &str) {
    use std::io::Write as _;
    std::fs::File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
}
