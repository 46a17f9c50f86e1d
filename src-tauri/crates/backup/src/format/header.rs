//! What an archive says of itself in its first member, in plain JSON for any reader.

use super::name::{ArchiveId, Type};
use super::{Malformed, VERSION};

/// The member `.caretaker/HEADER.json`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Header {
    /// Always `ct1`; a newer format has another word.
    pub format: String,
    /// The version of the format within that word.
    pub version: u32,
    /// The set it belongs to.
    pub set: String,
    /// Its identity.
    pub id: ArchiveId,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Type,
    /// Its place in the order of archives of the set; the order holds even when clocks lie.
    pub sequence: u32,
    /// The full archive that its chain begins with; its own identity in a full one.
    pub chain: ArchiveId,
    /// The archive that it was compared with.
    pub previous: Option<ArchiveId>,
    /// The machine.
    pub host: String,
    /// The program that wrote it.
    pub tool: String,
    /// When its run began: seconds since 1970 in UTC.
    pub started: i64,
    /// The same for people.
    pub time: String,
    /// What was backed up.
    pub roots: Vec<RootName>,
}

/// A folder that was backed up, and its name in the archive.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RootName {
    /// The folder in the archive that holds it.
    pub name: String,
    /// Where it lay, for people.
    pub path: String,
}

/// The word of the format.
pub const FORMAT: &str = "ct1";

impl Header {
    /// The bytes of the member.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads the member.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let header: Self =
            serde_json::from_slice(bytes).map_err(|error| Malformed::new(format!("HEADER.json: {error}")))?;
        if header.format != FORMAT {
            return Err(Malformed::new(format!("HEADER.json: the format is {:?}", header.format)));
        }
        Ok(header)
    }

    /// Whether this program knows how to read what follows.
    pub fn is_known(&self) -> bool {
        self.version <= VERSION
    }
}
