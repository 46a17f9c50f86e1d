//! Checks archives: the order for the worker, and what is remembered of its findings.

use std::collections::BTreeSet;

use caretaker_core::backup::{DamagedFile, Report, VerifyDepth, VerifyOrder, VerifyOutcome, VerifyResult, Work};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::retention::ArchiveType;
use caretaker_core::view::{ActivityKind, ActivityResult, ActivityView, VerificationView, VerifyRequest};
use caretaker_store::{KnownArchive, Presence};

use super::activities::Begun;
use super::offsite::is_stored;
use super::running::Running;
use super::standing::mark_of;
use crate::engine::Engine;

/// More than anybody keeps.
const ALL: usize = 100_000;

/// Whether a person waits for the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hurry {
    /// Somebody asked.
    Yes,
    /// It was its time; other programs go first.
    No,
}

impl Engine {
    /// Checks archives; all that are there when none is named. Answers at once.
    pub async fn verify_backups(&self, request: VerifyRequest) -> Result<ActivityView, Problem> {
        self.writable()?;
        let mut wanted = Vec::new();
        for id in &request.ids {
            wanted.push(self.known_archive(id).await?);
        }
        if let Some(destination) = &request.at {
            let ids = wanted.into_iter().map(|archive| archive.facts.id).collect();
            return self.verify_copies(destination, ids).await;
        }
        if let (Some(destination), true) = (self.store_of(&wanted), wanted.iter().all(is_stored)) {
            let ids = wanted.into_iter().map(|archive| archive.facts.id).collect();
            return self.verify_copies(&destination, ids).await;
        }
        if request.ids.is_empty() {
            wanted = self.catalog(|catalog| catalog.archives(None, ALL)).await?;
            wanted.retain(|archive| archive.presence != Presence::Going && !is_stored(archive));
        }
        self.begin_verification(wanted, request.depth, Hurry::Yes).await
    }

    /// Checks these archives, those at destinations that are not there left out.
    pub(crate) async fn begin_verification(
        &self,
        mut wanted: Vec<KnownArchive>,
        depth: VerifyDepth,
        hurry: Hurry,
    ) -> Result<ActivityView, Problem> {
        let away = self.leave_out_away(&mut wanted).await?;
        if let (true, Some(folder)) = (wanted.is_empty(), away) {
            return Err(away_from(&folder).hint("connect its disk; what cannot be looked at is not called damaged"));
        }
        let title = match &wanted[..] {
            [one] => format!("Checking an archive of {}", one.facts.set),
            all => format!("Checking {} archives", all.len()),
        };
        let place = wanted.first().map(|archive| self.place_of(&archive.destination));
        let job = wanted.first().map(|archive| archive.facts.set.clone());
        let is_one_job = wanted.iter().all(|archive| Some(&archive.facts.set) == job.as_ref());
        let begun = Begun { kind: ActivityKind::Verify, job: job.filter(|_| is_one_job), title, place };
        Ok(self.begin(begun, move |running| check(running, wanted, depth, hurry)))
    }

    /// Refuses an archive whose destination is not where it was.
    pub(super) async fn refuse_away(&self, archive: &KnownArchive) -> Result<(), Problem> {
        let away = self.leave_out_away(&mut vec![archive.clone()]).await?;
        away.map_or(Ok(()), |folder| Err(away_from(&folder).hint("connect its disk")))
    }

    /// Refuses an archive that lies in no folder that is there, unless a store has it.
    pub(super) async fn refuse_out_of_reach(&self, archive: &KnownArchive) -> Result<(), Problem> {
        match self.refuse_away(archive).await {
            Err(_) if is_stored(archive) || self.has_copy(archive).await? => Ok(()),
            other => other,
        }
    }

    /// Takes out archives whose destination is not where it was, and names one of their folders.
    async fn leave_out_away(&self, wanted: &mut Vec<KnownArchive>) -> Result<Option<String>, Problem> {
        let folders: BTreeSet<(String, String)> =
            wanted.iter().map(|archive| (archive.folder.clone(), archive.destination.clone())).collect();
        let away = self
            .blocking(move |_| {
                let is_away = |(folder, destination): &(String, String)| {
                    let place = std::path::Path::new(folder).parent().map(|place| place.display().to_string());
                    place.and_then(|place| mark_of(&place)).as_ref() != Some(destination)
                };
                Ok(folders.into_iter().filter(is_away).collect::<Vec<_>>())
            })
            .await?;
        wanted.retain(|archive| !away.iter().any(|(folder, _)| *folder == archive.folder));
        Ok(away.into_iter().next().map(|(folder, _)| folder))
    }
}

fn away_from(folder: &str) -> Problem {
    Problem::new(Code::DestinationMissing, format!("the destination of `{folder}` is not there"))
}

/// Where an archive lies.
pub(crate) fn path_of(archive: &KnownArchive) -> String {
    format!("{}/{}", archive.folder, archive.facts.file)
}

async fn check(
    mut running: Running,
    wanted: Vec<KnownArchive>,
    depth: VerifyDepth,
    hurry: Hurry,
) -> Result<ActivityResult, Problem> {
    let engine = running.engine.clone();
    let hash = |archive: &KnownArchive| Some(archive.facts.sha256.clone()).filter(|hash| !hash.is_empty());
    let order = VerifyOrder {
        archives: wanted.iter().map(|archive| (path_of(archive), hash(archive))).collect(),
        depth,
        identities: engine.identities().await?,
        hurry: hurry == Hurry::Yes,
    };
    let mut outcomes = match running.perform(&Work::Verify(order), None).await? {
        Report::Verified(outcomes) => outcomes,
        other => return Err(Problem::new(Code::Internal, format!("a worker that checks archives told {other:?}"))),
    };
    for (archive, outcome) in wanted.iter().zip(&mut outcomes) {
        settle(archive, outcome);
        engine.verified(archive, outcome, depth).await?;
    }
    Ok(ActivityResult::Verified(outcomes))
}

/// What lies under the name of an archive must be that archive.
fn settle(archive: &KnownArchive, outcome: &mut VerifyOutcome) {
    if !outcome.id.is_empty() && outcome.id != archive.facts.id && outcome.result == VerifyResult::Intact {
        outcome.result = VerifyResult::Damaged;
        let reason = format!("another archive, {}, is in its place", outcome.id);
        outcome.damaged.push(DamagedFile { reason, ..DamagedFile::default() });
    }
    outcome.id.clone_from(&archive.facts.id);
}

impl Engine {
    async fn verified(
        &self,
        archive: &KnownArchive,
        outcome: &VerifyOutcome,
        depth: VerifyDepth,
    ) -> Result<(), Problem> {
        let is_damaged = outcome.result == VerifyResult::Damaged;
        let check = VerificationView { at: self.now(), depth, result: outcome.result, detail: detail(outcome) };
        let (id, destination, path) = (archive.facts.id.clone(), archive.destination.clone(), path_of(archive));
        self.blocking(move |inner| {
            let catalog = inner.backups.catalog.open(inner, check.at)?;
            let presence = if std::path::Path::new(&path).is_file() { Presence::There } else { Presence::Missing };
            catalog.set_presence(&destination, &id, presence)?;
            Ok(catalog.put_verification(&id, &check)?)
        })
        .await?;
        // Increments that stand on damage would be damaged too.
        if is_damaged && archive.facts.kind == Some(ArchiveType::Full) {
            self.remember_job(&archive.facts.set, |memory| memory.is_full_due = true).await?;
        }
        Ok(())
    }

    /// The store that the first of these archives lies at.
    fn store_of(&self, archives: &[KnownArchive]) -> Option<String> {
        let archive = archives.first()?;
        let destinations = self.destinations().into_iter();
        let mut at = destinations.filter(|one| {
            super::offsite::root_of(&one.place).is_some_and(|root| archive.folder.starts_with(&format!("{root}/")))
        });
        at.next().map(|destination| destination.id)
    }

    /// The id of the destination with this identity, or, when none has it, the identity itself.
    pub(crate) fn place_of(&self, identity: &str) -> String {
        let known = self.destinations().into_iter().find(|destination| {
            let caretaker_core::backup::Place::Folder { path } = &destination.place else { return false };
            mark_of(path).as_deref() == Some(identity)
        });
        known.map_or_else(|| identity.to_owned(), |destination| destination.id)
    }
}

/// `3 files are damaged: srv/a, srv/b, ...`.
fn detail(outcome: &VerifyOutcome) -> String {
    if outcome.result == VerifyResult::Locked {
        return "it is encrypted, and its key is not here".to_owned();
    }
    let (files, beside): (Vec<_>, Vec<_>) = outcome.damaged.iter().partition(|one| !one.path.as_bytes().is_empty());
    let names: Vec<String> = files.iter().take(3).map(|file| file.path.to_string()).collect();
    let more = if files.len() > names.len() { ", ..." } else { "" };
    let mut parts: Vec<String> = beside.iter().take(2).map(|one| one.reason.clone()).collect();
    match files.len() {
        0 => {}
        1 => parts.push(format!("1 file is damaged: {}", names.join(", "))),
        count => parts.push(format!("{count} files are damaged: {}{more}", names.join(", "))),
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_has_one_sentence() {
        let file = |path: &str| DamagedFile { path: path.parse().unwrap(), ..DamagedFile::default() };
        let beside = DamagedFile { reason: "the end is missing".to_owned(), ..DamagedFile::default() };
        for (damaged, expected) in [
            (vec![], ""),
            (vec![file("a")], "1 file is damaged: a"),
            (vec![beside, file("a"), file("b")], "the end is missing; 2 files are damaged: a, b"),
            (vec![file("a"), file("b"), file("c"), file("d")], "4 files are damaged: a, b, c, ..."),
        ] {
            assert_eq!(detail(&VerifyOutcome { damaged, ..VerifyOutcome::default() }), expected);
        }
        let locked = VerifyOutcome { result: VerifyResult::Locked, ..VerifyOutcome::default() };
        assert_eq!(detail(&locked), "it is encrypted, and its key is not here");
    }
}
