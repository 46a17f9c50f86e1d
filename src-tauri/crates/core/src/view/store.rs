//! Stores beyond this machine as doors set them up and try them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A store as somebody sets it up: written to the configuration. Keys stand in no file of Caretaker's, so they are named by where they
/// are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoreRequest {
    /// Address of the server, unless it is Amazon's.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The region that requests are signed for; `us-east-1` without it.
    #[serde(default)]
    pub region: Option<String>,
    /// The bucket.
    pub bucket: String,
    /// What all keys begin with; empty for none.
    #[serde(default)]
    pub prefix: String,
    /// Where the access key is: `env:NAME` or `file:/path`.
    pub access_key: String,
    /// Where the secret key is, likewise.
    pub secret_key: String,
}

/// Try a store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoreTrialRequest {
    /// Its name. Without `store` it is one of the configuration.
    pub destination: String,
    /// A store that is not in the configuration yet.
    #[serde(default)]
    pub store: Option<StoreRequest>,
}

/// A part of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrialStep {
    /// Whether anybody answers.
    Reach,
    /// Whether the clocks agree.
    Clock,
    /// Whether the store knows the keys.
    Keys,
    /// Whether the bucket is there, and what is in it.
    Bucket,
    /// Whether the keys may list.
    List,
    /// Whether they may write, and what was written can be read.
    Write,
    /// Whether they may remove.
    Remove,
}

/// How a part of a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrialState {
    /// As it should.
    Passed,
    /// It works, and is odd.
    Warning,
    /// Copies cannot be made like this.
    Failed,
    /// Something before it did not work.
    Skipped,
}

/// A part of a try in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialStepView {
    /// Which.
    pub step: TrialStep,
    /// How it ended.
    pub state: TrialState,
    /// What was found.
    pub detail: String,
    /// What to do; empty when there is nothing to do.
    pub hint: String,
}

/// What came of a try.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoreTrialView {
    /// The name of the store.
    pub destination: String,
    /// Where it is: `s3://bucket/prefix`.
    pub place: String,
    /// Whether copies can be made.
    pub is_usable: bool,
    /// Every part, in order.
    pub steps: Vec<TrialStepView>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}
