//! What takes up the disks, and what grew on them.

use caretaker_core::folder::{Survey, grown, shown};
use caretaker_core::metric::{Labels, names};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{DiskFolders, FolderPoint, FolderView, FoldersView, SurveyRequest};

use crate::engine::{Engine, Inner};
use crate::growth::{DiskKnowledge, Hurry, WITHIN, disks};

/// Folders of each disk that are shown.
const SHOWN: usize = 20;
/// Looks are daily, not to the minute.
const TOLERANCE: Span = Span::from_hours(3);

impl Engine {
    /// The largest folders of every judged disk, and those that grew.
    pub async fn folders(&self) -> Result<FoldersView, Problem> {
        let latest = self.latest();
        let disks = self.measured_disks().await?;
        let purgeable = |mount: &str| latest.labelled(names::DISK_PURGEABLE, &Labels::one("mount", mount));
        let wanted: Vec<(String, Option<u64>)> =
            disks.into_iter().map(|mount| (mount.clone(), purgeable(&mount).map(|bytes| bytes as u64))).collect();
        self.blocking(move |inner| {
            Ok(FoldersView { disks: wanted.into_iter().map(|(mount, free)| view(inner, mount, free)).collect() })
        })
        .await
    }

    /// Looks at one disk now, or at all of them; answers at once, and what was found is there when nothing is looked at any
    /// more.
    pub async fn survey(&self, request: SurveyRequest) -> Result<FoldersView, Problem> {
        self.writable()?;
        let all = self.measured_disks().await?;
        let wanted = match request.mount {
            None => all,
            Some(mount) if all.contains(&mount) => vec![mount],
            Some(mount) => {
                let known = if all.is_empty() { "none yet".to_owned() } else { all.join(", ") };
                return Err(Problem::new(Code::NotFound, format!("no disk is measured at {mount}"))
                    .hint(format!("measured are: {known}")));
            }
        };
        if self.0.growth.begin(&wanted) {
            let engine = self.clone();
            tokio::spawn(async move {
                for mount in wanted {
                    if let Err(problem) = engine.look_at(&mount, Hurry::Near).await {
                        tracing::warn!(mount, %problem, "the folders of a disk were not looked at");
                    }
                }
            });
        }
        self.folders().await
    }
}

impl Engine {
    /// The disks of the newest round; for an engine that makes none, those that were measured last.
    async fn measured_disks(&self) -> Result<Vec<String>, Problem> {
        let now = disks(&self.latest());
        if !now.is_empty() {
            return Ok(now);
        }
        let stored = self.series().await?.series;
        let free = || stored.iter().filter(|entry| entry.key.name == names::DISK_FREE);
        let newest = free().filter_map(|entry| entry.at).max();
        let last = free().filter(|entry| entry.at.is_some() && entry.at == newest);
        let mut disks: Vec<String> =
            last.filter_map(|entry| entry.key.labels.get("mount").map(str::to_owned)).collect();
        disks.sort();
        Ok(disks)
    }
}

fn view(inner: &Inner, mount: String, purgeable_bytes: Option<u64>) -> DiskFolders {
    let DiskKnowledge { course, failed, is_looking } = inner.growth.of(&inner.state, &mount);
    let note = match (&failed, course.is_empty()) {
        (Some(why), _) => format!("It could not be looked at: {why}."),
        (None, true) => "It was not looked at yet; that is done once a day, when the machine has time.".to_owned(),
        (None, false) => String::new(),
    };
    let Some(last) = course.last() else {
        return DiskFolders { mount, is_looking, purgeable_bytes, note, ..DiskFolders::default() };
    };
    DiskFolders {
        mount,
        at: Some(last.at),
        took_ms: Some(last.took_ms),
        is_looking,
        bytes: last.bytes,
        files: last.files,
        unreadable: last.unreadable,
        purgeable_bytes,
        folders: shown(last, SHOWN)
            .into_iter()
            .map(|folder| folder_view(&folder.path, folder.bytes, &course))
            .collect(),
        grown: grown(&course, WITHIN),
        note,
    }
}

fn folder_view(path: &str, bytes: u64, course: &[Survey]) -> FolderView {
    let listed = |survey: &Survey| {
        let size = survey.folders.iter().find(|folder| folder.path == path)?.bytes;
        Some(FolderPoint { at: survey.at, bytes: size })
    };
    let now = course.last().map(|last| last.at).unwrap_or_default();
    let since = |span: Span| {
        let before = size_at(path, course, now - span)?;
        Some(i64::try_from(bytes).ok()? - i64::try_from(before).ok()?)
    };
    FolderView {
        path: path.to_owned(),
        bytes,
        day_bytes: since(Span::from_days(1)),
        week_bytes: since(WITHIN),
        course: course.iter().filter_map(listed).collect(),
    }
}

/// The size at the newest look that is as old as `at`.
fn size_at(path: &str, course: &[Survey], at: Timestamp) -> Option<u64> {
    course.iter().rev().find(|survey| survey.at <= at + TOLERANCE).map(|survey| survey.size(path))
}
