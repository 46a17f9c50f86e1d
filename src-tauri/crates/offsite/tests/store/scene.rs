//! A store behind a proxy, and files to be copied.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use caretaker_core::backup::{Secret, StoreAccess, StoredObject, Unfinished};
use caretaker_core::egress::Egress;
use caretaker_offsite::{Sent, Store, StoreError, Upload};
use caretaker_platform::egress::SystemEgress;
use caretaker_testkit::{BUCKET, FaultProxy, ObjectStore};

/// Everything that a test needs.
pub struct Scene {
    pub server: ObjectStore,
    pub proxy: FaultProxy,
    pub folder: tempfile::TempDir,
}

/// A file, with the hash that it should have.
pub struct Known {
    pub path: PathBuf,
    pub sha256: String,
}

impl Scene {
    pub fn new() -> Self {
        Self::before(ObjectStore::start().unwrap())
    }

    pub fn before(server: ObjectStore) -> Self {
        let proxy = FaultProxy::before(server.address()).unwrap();
        Self { server, proxy, folder: tempfile::tempdir().unwrap() }
    }

    fn access(&self) -> StoreAccess {
        StoreAccess {
            id: "offsite".to_owned(),
            bucket: BUCKET.to_owned(),
            prefix: "mini".to_owned(),
            endpoint: self.proxy.endpoint(),
            region: "us-east-1".to_owned(),
            access_key: Secret("keyid".to_owned()),
            secret_key: Secret("secret".to_owned()),
        }
    }

    /// Asks something of the store.
    pub fn store<T>(&self, work: impl FnOnce(&Store<'_>) -> T) -> T {
        self.while_wanted(&|| false, work)
    }

    fn while_wanted<T>(&self, cancelled: &(dyn Fn() -> bool + Sync), work: impl FnOnce(&Store<'_>) -> T) -> T {
        // A machine's own addresses may always be reached.
        let egress: Arc<dyn Egress> = Arc::new(SystemEgress::new());
        work(&Store::new(&self.access(), egress, cancelled).unwrap())
    }

    pub fn key(&self, name: &str) -> String {
        format!("origin/home/{name}")
    }

    pub fn file(&self, name: &str, size: usize) -> Known {
        use std::io::Write as _;
        let path = self.folder.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(&noise(1, size)).unwrap();
        self.known(name)
    }

    pub fn known(&self, name: &str) -> Known {
        use sha2::Digest as _;
        use std::fmt::Write as _;
        let path = self.folder.path().join(name);
        let digest = sha2::Sha256::digest(std::fs::read(&path).unwrap());
        let mut sha256 = String::new();
        digest.iter().for_each(|byte| write!(sha256, "{byte:02x}").unwrap());
        Known { path, sha256 }
    }

    pub fn upload(
        &self,
        name: &str,
        file: &Known,
        unfinished: Option<Unfinished>,
        sent: &mut dyn FnMut(u64),
    ) -> Result<StoredObject, StoreError> {
        let key = self.key(name);
        let upload = Upload { archive: name, file: &file.path, key: &key, sha256: &file.sha256, replace: false };
        self.store(|store| {
            store.upload(&upload, unfinished, &mut |news| {
                if let Sent::Bytes(bytes) = news {
                    sent(bytes);
                }
            })
        })
    }

    pub fn replace(&self, name: &str, file: &Known) -> Result<StoredObject, StoreError> {
        let key = self.key(name);
        let upload = Upload { archive: name, file: &file.path, key: &key, sha256: &file.sha256, replace: true };
        self.store(|store| store.upload(&upload, None, &mut |_| {}))
    }

    /// The error of an upload that must fail, and what the store has of it.
    pub fn upload_in_vain(
        &self,
        name: &str,
        file: &Known,
        unfinished: Option<Unfinished>,
    ) -> (StoreError, Option<Unfinished>) {
        let (key, mut told) = (self.key(name), None);
        let upload = Upload { archive: name, file: &file.path, key: &key, sha256: &file.sha256, replace: false };
        let result = self.store(|store| {
            store.upload(&upload, unfinished, &mut |news| {
                if let Sent::Parts(parts) = news {
                    told = Some(parts.clone());
                }
            })
        });
        (result.unwrap_err(), told)
    }

    pub fn cancelled_after(&self, name: &str, file: &Known, after: Duration) -> StoreError {
        let (key, begun) = (self.key(name), Instant::now());
        let upload = Upload { archive: name, file: &file.path, key: &key, sha256: &file.sha256, replace: false };
        self.while_wanted(&|| begun.elapsed() > after, |store| store.upload(&upload, None, &mut |_| {}).unwrap_err())
    }

    /// Numbers of the parts that were sent.
    pub fn parts_sent(&self) -> Vec<String> {
        let number = |path: &str| Some(path.split_once("partNumber=")?.1.split('&').next()?.to_owned());
        self.proxy.asked().iter().filter(|(method, _)| method == "PUT").filter_map(|(_, path)| number(path)).collect()
    }
}

/// Bytes without a pattern, the same each time.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
