//! Brings files back from an archive: the order for the worker. Reads archives, never the catalog, except to find the archive.

use caretaker_core::backup::{ArchivePath, FilePreview, PreviewOrder, Report, RestoreOrder, Work};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityKind, ActivityResult, ActivityView, RestoreRequest};

use caretaker_store::KnownArchive;

use super::activities::Begun;
use super::offsite::is_stored;
use super::running::Running;
use super::verify::path_of;
use crate::engine::Engine;

impl Engine {
    /// Brings files of an archive back, or tells what would change. Answers at once.
    pub async fn restore_backup(&self, id: &str, request: RestoreRequest) -> Result<ActivityView, Problem> {
        self.writable()?;
        let archive = self.known_archive(id).await?;
        if !std::path::Path::new(&request.to).is_absolute() {
            let message = format!("failed to restore to `{}`: it is no path from `/`", request.to);
            return Err(Problem::new(Code::Usage, message).hint("name the folder by its whole path"));
        }
        self.refuse_out_of_reach(&archive).await?;
        let order = RestoreOrder {
            archive: path_of(&archive),
            shelf: archive.folder.clone(),
            paths: request.paths.iter().map(plain).collect(),
            strip: ArchivePath::default(),
            to: request.to,
            conflict: request.on_conflict,
            owners: request.owners,
            identities: self.identities().await?,
            dry_run: request.dry_run,
            hurry: request.now,
        };
        let doing = if request.dry_run { "Looking what a restore would change from" } else { "Restoring from" };
        let begun = Begun {
            kind: ActivityKind::Restore,
            job: Some(archive.facts.set.clone()),
            title: format!("{doing} {}", archive.facts.set),
            // A backup that goes on is waited for only by what would disturb it.
            place: None,
        };
        Ok(self.begin(begun, move |running| restore(running, archive, order)))
    }
}

impl Engine {
    /// One file of an archive, and how the file on the machine differs from it. A worker reads both.
    pub async fn preview_file(&self, id: &str, path: ArchivePath) -> Result<FilePreview, Problem> {
        let archive = self.known_archive(id).await?;
        if is_stored(&archive) {
            let message = format!("failed to show `{path}`: its archive lies at a store, and would have to be fetched");
            return Err(Problem::new(Code::Usage, message).hint("restore the file to a folder to look at it"));
        }
        self.refuse_away(&archive).await?;
        let path = plain(&path);
        let scratch = self.staged("preview-").await?;
        let order = PreviewOrder {
            archive: path_of(&archive),
            shelf: archive.folder.clone(),
            live: live(&path),
            path,
            scratch: scratch.path.clone(),
            identities: self.identities().await?,
        };
        // It takes moments and writes nothing that stays: no activity, and whoever waits no more ends it.
        let mut worker = self.0.workers.start(&Work::Preview(order)).await?;
        let previewed = loop {
            match worker.next().await {
                Some(Report::Preview(preview)) => break Ok(*preview),
                Some(Report::Failed(problem)) => break Err(problem),
                Some(_) => {}
                None => {
                    break Err(Problem::new(Code::Internal, "the process that reads archives ended without a word"));
                }
            }
        };
        self.unstaged(&scratch).await?;
        previewed
    }
}

/// Where the file lies on the machine. Only a name that is text can be told to the worker.
fn live(path: &ArchivePath) -> Option<String> {
    str::from_utf8(path.as_bytes()).ok().map(|path| format!("/{path}"))
}

/// A path as people write it, with a slash in front or behind.
fn plain(path: &ArchivePath) -> ArchivePath {
    let bytes = path.as_bytes();
    let start = bytes.iter().position(|byte| *byte != b'/').unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| *byte != b'/').map_or(start, |last| last + 1);
    ArchivePath::new(bytes.get(start..end).unwrap_or_default())
}

async fn restore(
    mut running: Running,
    archive: KnownArchive,
    mut order: RestoreOrder,
) -> Result<ActivityResult, Problem> {
    let engine = running.engine.clone();
    // Held until the files are back.
    let brought = engine.bring(&mut running, &archive).await?;
    if let Some(brought) = &brought {
        (order.archive, order.shelf) = (brought.archive.clone(), brought.shelf.clone());
    }
    match running.perform(&Work::Restore(order), None).await? {
        Report::Restored(outcome) => Ok(ActivityResult::Restored(outcome)),
        other => Err(Problem::new(Code::Internal, format!("a worker that restores told {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_may_be_written_as_those_of_the_machine() {
        for (text, expected) in [("/srv/a/", "srv/a"), ("srv/a", "srv/a"), ("/", ""), ("", "")] {
            assert_eq!(plain(&text.parse().unwrap()).to_string(), expected);
        }
    }
}
