//! What makes a prefix of a bucket a destination: an object with an identity, as folders have a file. A bucket that was emptied or
//! swapped is found out by it before anything is written.

use std::fmt::Write as _;

use caretaker_core::backup::MARK;
use sha2::{Digest as _, Sha256};

use crate::error::StoreError;
use crate::store::{Existing, Store};

impl Store<'_> {
    /// The identity that lies there; none where nobody ever was.
    pub fn identity(&self) -> Result<Option<String>, StoreError> {
        let Some(object) = self.look(MARK)? else { return Ok(None) };
        let bytes = self.read(MARK, 0..object.bytes.min(4_096))?;
        let said: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
        let id = said.as_ref().and_then(|said| said.get("id")?.as_str()).filter(|id| is_identity(id));
        id.map(|id| Some(id.to_owned()))
            .ok_or_else(|| StoreError::Other(format!("the object `{MARK}` there is none of Caretaker's")))
    }

    /// The identity of the store, which must be the expected one. A prefix where nobody ever was gets one: `fresh`.
    pub fn recognise(&self, expected: Option<&str>, fresh: &str) -> Result<String, StoreError> {
        let found = match (self.identity()?, expected) {
            (Some(found), _) => found,
            (None, Some(_)) => {
                return Err(StoreError::Other(
                    "the store has lost its identity: it was emptied, or is another one".to_owned(),
                ));
            }
            (None, None) => {
                let bytes = format!("{{\"format\":\"caretaker-archive\",\"id\":\"{fresh}\"}}\n").into_bytes();
                match self.put(MARK, bytes.clone(), Existing::Stays) {
                    // A store that knows no conditions was looked at just before.
                    Err(StoreError::Unreachable(words)) if words.contains("NotImplemented") => {
                        self.put(MARK, bytes, Existing::Goes)?;
                    }
                    // Somebody else was faster: theirs counts.
                    Err(StoreError::Unreachable(words)) if words.contains("PreconditionFailed") => {}
                    other => other?,
                }
                self.identity()?.ok_or_else(|| StoreError::Wrong("the store did not keep its identity".to_owned()))?
            }
        };
        match expected.filter(|expected| *expected != found) {
            Some(expected) => Err(StoreError::Other(format!("the store is destination {found}, not {expected}"))),
            None => Ok(found),
        }
    }
}

fn is_identity(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// SHA-256 as people compare it.
pub(crate) fn hex(digest: Sha256) -> String {
    digest.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
