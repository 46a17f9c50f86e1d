//! Copies of archives in a store beyond this machine: what a worker is asked to do there, and what it tells. Keys and words only;
//! what is asked when is decided in [`super::replica`].

use serde::{Deserialize, Serialize};

use super::key::Secret;
use super::trial::StoreTrial;
use crate::egress::{Reached, Target};

/// The object that makes a prefix of a bucket a destination, and the file that makes a folder one.
pub const MARK: &str = ".caretaker-destination";

/// A store with everything that is needed to reach it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreAccess {
    /// The id of the destination.
    pub id: String,
    /// The bucket.
    pub bucket: String,
    /// What all keys begin with; empty for none.
    pub prefix: String,
    /// Address of the server, with its scheme.
    pub endpoint: String,
    /// The region that requests are signed for.
    pub region: String,
    /// Who asks.
    pub access_key: Secret,
    /// How they prove it.
    pub secret_key: Secret,
}

/// Work at a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreOrder {
    /// Which store.
    pub store: StoreAccess,
    /// Its identity, if it is known; a prefix that never was a destination becomes one.
    pub identity: Option<String>,
    /// What to do.
    pub task: StoreTask,
    /// Go as fast as possible, at normal priority.
    pub hurry: bool,
}

/// What to do at a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreTask {
    /// Find out whether copies can be made: list, write, read and remove a small object.
    Try,
    /// Copy archives there, in this order.
    Upload(UploadOrder),
    /// Say what lies there.
    Survey,
    /// Bring objects here.
    Fetch(Vec<FetchOrder>),
    /// Bring the beginnings, ends and hashes of all archives here: enough to read what they hold, without their content.
    FetchEnds {
        /// The folder, one of this work alone; each origin gets one in it.
        to: String,
        /// Files with private keys: where the end of an encrypted archive begins only its key tells.
        #[serde(default)]
        identities: Vec<String>,
    },
    /// Remove objects.
    Remove(Vec<String>),
}

/// Copy archives of one folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadOrder {
    /// The identity of the folder that they lie in.
    pub origin: String,
    /// The folder.
    pub folder: String,
    /// Which.
    pub archives: Vec<UploadArchive>,
    /// What was begun before and not finished.
    pub unfinished: Option<Unfinished>,
}

/// An archive to be copied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadArchive {
    /// Its identity.
    pub id: String,
    /// The folder of its set.
    pub set: String,
    /// The name of its file.
    pub file: String,
    /// Bytes of its file.
    pub bytes: u64,
    /// SHA-256 of its file.
    pub sha256: String,
    /// What lies under its key is known to be wrong.
    pub replace: bool,
}

/// An upload that is not finished: what the store has of it. Whoever remembers this sends nothing twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    /// Which archive.
    pub archive: String,
    /// Under which key.
    pub key: String,
    /// What the store calls the upload.
    pub upload: String,
    /// Bytes of each part but the last.
    pub part_bytes: u64,
    /// What the store answered for each part, in order.
    pub parts: Vec<String>,
}

/// An object to be brought here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchOrder {
    /// Its key, without the prefix of the store.
    pub key: String,
    /// Where to, from `/`; folders on the way are made.
    pub to: String,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, when it is known.
    pub sha256: String,
}

/// An object as a store tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredObject {
    /// Its key, without the prefix of the store.
    pub key: String,
    /// Its bytes.
    pub bytes: u64,
    /// What the store calls its content; another content has another tag.
    pub tag: Option<String>,
}

/// What is told of one archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreNews {
    /// The store has this much of an archive.
    Unfinished(Unfinished),
    /// An archive lies there, and was read back.
    Copied {
        /// Which.
        archive: String,
        /// The object.
        object: StoredObject,
    },
    /// An archive could not be copied; the others are tried.
    NotCopied {
        /// Which.
        archive: String,
        /// Why.
        why: String,
        /// Whether what lies there is known to be wrong.
        is_wrong: bool,
    },
    /// What was brought here is not what was copied there.
    Wrong {
        /// The object.
        key: String,
        /// Why.
        why: String,
    },
}

/// What came of work at a store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreOutcome {
    /// Its identity.
    pub identity: String,
    /// What lies there, when that was asked.
    pub objects: Vec<StoredObject>,
    /// What a try found.
    #[serde(default)]
    pub trial: Option<StoreTrial>,
}

/// How often a worker reached for a target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachedByWorker {
    /// The name or address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Connections that were opened.
    pub opened: u64,
    /// Attempts that failed or were refused.
    pub failed: u64,
}

impl From<Reached> for ReachedByWorker {
    fn from(reached: Reached) -> Self {
        let Reached { target: Target { host, port }, opened, failed } = reached;
        Self { host, port, opened, failed }
    }
}

impl From<ReachedByWorker> for Reached {
    fn from(reached: ReachedByWorker) -> Self {
        let ReachedByWorker { host, port, opened, failed } = reached;
        Self { target: Target { host, port }, opened, failed }
    }
}

/// The key of a file of an archive: a folder for each folder that archives come from, which looks as that folder does.
pub fn key_of(origin: &str, set: &str, file: &str) -> String {
    format!("{origin}/{set}/{file}")
}

/// Origin, set and file of a key; none for what is no file of a set.
pub fn parts_of(key: &str) -> Option<(&str, &str, &str)> {
    let mut parts = key.split('/');
    let found = (parts.next()?, parts.next()?, parts.next()?);
    (parts.next().is_none() && ![found.0, found.1, found.2].contains(&"")).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_goes_to_the_worker_and_is_shown_to_nobody() {
        let store = StoreAccess { secret_key: Secret("hunter2".to_owned()), ..StoreAccess::default() };
        assert!(!format!("{store:?}").contains("hunter2"));
        let told: StoreAccess = serde_json::from_str(&serde_json::to_string(&store).unwrap()).unwrap();
        assert_eq!(told, store);
    }

    #[test]
    fn a_key_names_origin_set_and_file() {
        let key = key_of("ab12", "home", "a.tar.zst");
        assert_eq!(parts_of(&key), Some(("ab12", "home", "a.tar.zst")));
        for strange in ["", "a", "a/b", "a/b/c/d", "a//c", MARK] {
            assert_eq!(parts_of(strange), None, "{strange}");
        }
    }
}
