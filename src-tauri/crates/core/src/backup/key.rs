//! Keys of destinations: what a worker is asked about them, and which part of the recovery sheet a person types again. A private key
//! passes through here as text that no log and no error shows.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Timestamp;

/// Text that is never shown but to its owner: a private key, a sheet with one, a password of a store. It goes to a worker on its input.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(...)")
    }
}

/// Something about the key of one destination. A worker does it, because only workers know what is in a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyOrder {
    /// The destination.
    pub destination: String,
    /// The file with the private key.
    pub private_file: String,
    /// The file with the public one.
    pub public_file: String,
    /// What about it.
    pub task: KeyTask,
}

/// What about a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyTask {
    /// How it stands.
    Look,
    /// The recovery sheet; a destination without a key gets one.
    Sheet {
        /// Where the archives lie, for people.
        place: String,
        /// The name of the machine.
        host: String,
        /// The day.
        now: Timestamp,
    },
    /// Whether what a person typed from the sheet opens what is encrypted.
    Confirm {
        /// The groups that [`asked_groups`] names.
        typed: Secret,
    },
    /// A key from a sheet takes its place. Another one that is there stays, for older archives.
    Import {
        /// The private key.
        key: Secret,
    },
}

/// How the key of a destination stands on this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyPresence {
    /// There never was one.
    #[default]
    None,
    /// Both parts are there, and belong together.
    There,
    /// Only the public part is there: archives can be made, and none can be read.
    PrivateMissing,
    /// The private part belongs to another key, or is none.
    PrivateWrong,
}

/// What is known of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFacts {
    /// How it stands.
    pub presence: KeyPresence,
    /// The public part.
    pub recipient: Option<String>,
    /// The sheet, when it was asked for.
    #[serde(default)]
    pub sheet: Option<KeySheet>,
}

/// What is on a recovery sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeySheet {
    /// A page to print, complete in itself.
    #[schema(value_type = String)]
    pub html: Secret,
    /// The letters of the private key, in the groups of the sheet.
    #[schema(value_type = Vec<String>)]
    pub groups: Vec<Secret>,
    /// The whole key as a QR code: the outline of its dark squares, as SVG has it.
    #[schema(value_type = String)]
    pub code: Secret,
    /// How many squares the code is wide, with its white border.
    pub code_size: u32,
}

/// A key whose sheet a person has, and which opened a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmedKey {
    /// The public part.
    pub recipient: String,
    /// When.
    pub at: Timestamp,
}

/// Letters in a group of the sheet.
pub const GROUP: usize = 4;
/// Whole groups of a private key.
const GROUPS: usize = 14;
/// How many of them are typed again.
const ASKED: usize = 3;

/// The groups of a sheet that are typed again, counted from 1: others for each key, and the same each time somebody asks.
pub fn asked_groups(recipient: &str) -> Vec<usize> {
    let mut mixed = recipient.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(131).wrapping_add(u64::from(byte)));
    let mut all: Vec<usize> = (1..=GROUPS).collect();
    let mut asked: Vec<usize> = (0..ASKED)
        .map(|_| {
            let place = (mixed % all.len() as u64) as usize;
            mixed /= GROUPS as u64;
            all.remove(place)
        })
        .collect();
    asked.sort_unstable();
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_groups_are_asked_for_and_keys_differ_in_them() {
        let recipients =
            (0..50).map(|number| format!("age1{number}qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"));
        let asked: Vec<Vec<usize>> = recipients.map(|recipient| asked_groups(&recipient)).collect();
        for groups in &asked {
            assert_eq!(groups.len(), 3);
            assert!(groups.windows(2).all(|pair| pair[0] < pair[1]) && groups.iter().all(|one| (1..=14).contains(one)));
        }
        let different: std::collections::BTreeSet<_> = asked.iter().collect();
        assert!(different.len() > 20, "{different:?}");
        assert_eq!(asked_groups("age1x"), asked_groups("age1x"));
    }

    #[test]
    fn a_secret_is_not_shown() {
        let order = KeyOrder {
            destination: "disk".to_owned(),
            private_file: String::new(),
            public_file: String::new(),
            task: KeyTask::Import { key: Secret("AGE-SECRET-KEY-1ABC".to_owned()) },
        };
        assert!(!format!("{order:?}").contains("ABC"));
    }
}
