//! Keys of destinations: where their files lie, for whom a job's archives are encrypted, and what opens them. What is in the files only
//! workers know; a job that is to be encrypted does not run before a person has shown that the recovery sheet exists.

use std::path::{Path, PathBuf};

use caretaker_core::backup::{
    ConfirmedKey, DestinationMemory, Job, KeyFacts, KeyOrder, KeyPresence, KeyTask, Place, Report, Work, asked_groups,
};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ConfirmKeyRequest, ImportKeyRequest, KeyState, KeyView, SheetView};

use super::jobs::Shelf;
use crate::engine::Engine;

/// The folder of keys in the home.
const FOLDER: &str = "keys";
/// What names of files with private keys end with.
const PRIVATE: &str = "txt";

impl Engine {
    fn keys_folder(&self) -> PathBuf {
        self.0.home.folder().join(FOLDER)
    }

    /// The key of a destination, without anything that opens an archive.
    pub async fn key(&self, destination: &str) -> Result<KeyView, Problem> {
        self.destination(destination)?;
        let facts = self.ask_key(destination, KeyTask::Look).await?;
        self.key_view(destination, &facts).await
    }

    /// The recovery sheet of a destination; one without a key gets it.
    pub async fn key_sheet(&self, destination: &str) -> Result<SheetView, Problem> {
        self.writable()?;
        let place = match self.destination(destination)?.place {
            Place::Folder { path } => path,
            Place::Bucket { bucket, prefix, .. } => format!("the bucket {bucket}, under {prefix}"),
        };
        let host = self.0.known_facts.get_or_init(|| (self.0.facts)()).name.clone();
        let task = KeyTask::Sheet { place, host, now: self.now() };
        let asked = self.ask_key(destination, task).await;
        self.record("recovery sheet", format!("Showed the recovery sheet of {destination}"), asked.as_ref().map(drop))
            .await;
        let facts = asked?;
        self.backups_changed();
        let key = self.key_view(destination, &facts).await?;
        Ok(SheetView { sheet: facts.sheet.unwrap_or_default(), key })
    }

    /// Takes what a person typed from the sheet for a proof that it exists, if it opens a test.
    pub async fn confirm_key(&self, destination: &str, request: ConfirmKeyRequest) -> Result<KeyView, Problem> {
        self.writable()?;
        self.destination(destination)?;
        let asked = self.ask_key(destination, KeyTask::Confirm { typed: request.typed }).await;
        self.key_settled(destination, "Confirmed the recovery sheet of", asked).await
    }

    /// Takes a key from a sheet, so that what is encrypted with it can be read here.
    pub async fn import_key(&self, destination: &str, request: ImportKeyRequest) -> Result<KeyView, Problem> {
        self.writable()?;
        self.destination(destination)?;
        let asked = self.ask_key(destination, KeyTask::Import { key: request.key }).await;
        self.key_settled(destination, "Took the key from the recovery sheet of", asked).await
    }

    /// Whoever has typed from the sheet has it.
    async fn key_settled(
        &self,
        destination: &str,
        what: &str,
        asked: Result<KeyFacts, Problem>,
    ) -> Result<KeyView, Problem> {
        self.record("recovery sheet", format!("{what} {destination}"), asked.as_ref().map(drop)).await;
        let facts = asked?;
        if let Some(recipient) = facts.recipient.clone() {
            let at = self.now();
            self.remember_destination(destination, move |memory| {
                memory.confirmed = Some(ConfirmedKey { recipient, at });
            })
            .await?;
        }
        self.backups_changed();
        self.key_view(destination, &facts).await
    }

    async fn ask_key(&self, destination: &str, task: KeyTask) -> Result<KeyFacts, Problem> {
        let file = |end: &str| self.keys_folder().join(format!("{destination}.{end}")).display().to_string();
        let order = KeyOrder {
            destination: destination.to_owned(),
            private_file: file(PRIVATE),
            public_file: file("pub"),
            task,
        };
        let mut worker = self.0.workers.start(&Work::Key(order)).await?;
        loop {
            match worker.next().await {
                Some(Report::Key(facts)) => return Ok(*facts),
                Some(Report::Failed(problem)) => return Err(problem),
                Some(_) => {}
                None => {
                    return Err(Problem::new(Code::Internal, "the process that looks at keys ended without a word"));
                }
            }
        }
    }

    async fn key_view(&self, destination: &str, facts: &KeyFacts) -> Result<KeyView, Problem> {
        let memory = self.destination_memory(destination).await?;
        let confirmed = memory.confirmed.filter(|confirmed| Some(&confirmed.recipient) == facts.recipient.as_ref());
        let state = match (facts.presence, &confirmed) {
            (KeyPresence::None, _) => KeyState::None,
            (KeyPresence::PrivateMissing | KeyPresence::PrivateWrong, _) => KeyState::Missing,
            (KeyPresence::There, None) => KeyState::Unconfirmed,
            (KeyPresence::There, Some(_)) => KeyState::Ready,
        };
        let asked = facts.recipient.as_deref().filter(|_| state != KeyState::Missing).map(asked_groups);
        Ok(KeyView {
            destination: destination.to_owned(),
            state,
            sentence: sentence(state, destination),
            recipient: facts.recipient.clone(),
            confirmed: confirmed.map(|confirmed| confirmed.at),
            asked: asked.unwrap_or_default(),
            jobs: self
                .jobs()
                .into_iter()
                .filter(|job| job.encrypt && self.shelf(job).is_ok_and(|shelf| shelf.id == destination))
                .map(|job| job.id)
                .collect(),
        })
    }

    /// For whom the archives of a job are encrypted: for nobody when they are plain. What is to be encrypted is never written in plain.
    pub(super) async fn recipients(
        &self,
        job: &Job,
        shelf: &Shelf,
        memory: &DestinationMemory,
    ) -> Result<Vec<String>, Problem> {
        if !job.encrypt {
            return Ok(Vec::new());
        }
        let file = self.keys_folder().join(format!("{}.pub", shelf.id));
        let known = self.blocking(move |_| Ok(std::fs::read_to_string(file).ok())).await?;
        let known = known.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let confirmed = memory.confirmed.as_ref().map(|confirmed| &confirmed.recipient);
        match known {
            Some(recipient) if confirmed == Some(&recipient) => Ok(vec![recipient]),
            Some(_) | None => Err(unconfirmed(job, shelf)),
        }
    }

    /// How far the key of a destination is, by its files alone.
    pub(crate) async fn key_state(&self, destination: &str, memory: &DestinationMemory) -> Result<KeyState, Problem> {
        let file = |end: &str| self.keys_folder().join(format!("{destination}.{end}"));
        let (private, public) = (file(PRIVATE), file("pub"));
        let confirmed = memory.confirmed.as_ref().map(|confirmed| confirmed.recipient.clone());
        self.blocking(move |_| {
            let known = std::fs::read_to_string(public).ok().map(|text| text.trim().to_owned());
            Ok(match (known, private.is_file()) {
                (None, false) => KeyState::None,
                (Some(_), false) => KeyState::Missing,
                (known, true) if known.is_some() && known == confirmed => KeyState::Ready,
                (_, true) => KeyState::Unconfirmed,
            })
        })
        .await
    }

    /// Files with private keys: all that are kept, because an archive may be older than a key, or lie at a destination that has another
    /// name now.
    pub(super) async fn identities(&self) -> Result<Vec<String>, Problem> {
        let folder = self.keys_folder();
        self.blocking(move |_| Ok(private_files(&folder))).await
    }
}

fn unconfirmed(job: &Job, shelf: &Shelf) -> Problem {
    let (job, destination) = (&job.id, &shelf.id);
    let message = format!(
        "failed to back up {job}: it is to be encrypted, and nobody has confirmed the recovery sheet of {destination}"
    );
    Problem::new(Code::NotConfigured, message).hint(format!(
        "print it: `caretaker backup key sheet {destination}`, then `caretaker backup key confirm {destination}`"
    ))
}

fn private_files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let paths = entries.map(|entry| entry.path());
    let is_key = |path: &PathBuf| path.extension().is_some_and(|end| end == PRIVATE);
    let mut files: Vec<String> = paths.filter(is_key).map(|path| path.display().to_string()).collect();
    files.sort();
    files
}

fn sentence(state: KeyState, destination: &str) -> String {
    match state {
        KeyState::None => format!("{destination} has no key; its archives are plain"),
        KeyState::Unconfirmed => {
            "The recovery sheet is not confirmed: print it, and type a part of it again; until then nothing is encrypted"
                .to_owned()
        }
        KeyState::Ready => "Archives are encrypted, and the recovery sheet opens them".to_owned(),
        KeyState::Missing => {
            "The private key is not here: nothing can be checked, compared or restored, and backups wait for an answer; import it from the recovery sheet"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_private_keys_are_identities() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["disk.txt", "disk.pub", "archive.txt", "disk.txt.replaced", ".disk.txt.1-0.new"] {
            caretaker_platform::files::write_atomic(&folder.path().join(name), b"x", 0o600).unwrap();
        }
        let names: Vec<String> = private_files(folder.path())
            .iter()
            .map(|path| path.rsplit('/').next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(names, ["archive.txt", "disk.txt"]);
        assert!(private_files(&folder.path().join("none")).is_empty());
    }
}
