//! Keys of destinations as doors show them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::backup::{KeySheet, Secret};
use crate::time::Timestamp;

/// How far a key is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// The destination has no key.
    #[default]
    None,
    /// It has one, and nobody has shown yet that its sheet exists.
    Unconfirmed,
    /// It encrypts and opens.
    Ready,
    /// It encrypts; its private part is missing here, so that nothing can be read.
    Missing,
}

/// The key of a destination, without anything that opens an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyView {
    /// The destination.
    pub destination: String,
    /// How far it is.
    pub state: KeyState,
    /// The same in a sentence, with what to do.
    pub sentence: String,
    /// The public part.
    pub recipient: Option<String>,
    /// When somebody typed a part of the sheet, and a test was opened with it.
    pub confirmed: Option<Timestamp>,
    /// Groups of the sheet to be typed, counted from 1.
    pub asked: Vec<usize>,
    /// Jobs that are encrypted with it.
    pub jobs: Vec<String>,
}

/// The recovery sheet: whoever has it can read the archives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetView {
    /// What is on it.
    pub sheet: KeySheet,
    /// The key.
    pub key: KeyView,
}

/// What was typed from a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfirmKeyRequest {
    /// The groups that were asked for, one after the other.
    #[schema(value_type = String)]
    pub typed: Secret,
}

/// A key from a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportKeyRequest {
    /// `AGE-SECRET-KEY-1` and 58 letters, however they are grouped.
    #[schema(value_type = String)]
    pub key: Secret,
}
