//! Where archives go: a folder, or a bucket that speaks S3.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::config::Credential;

/// A destination as the configuration names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Destination {
    /// Its stable name.
    pub id: String,
    /// Where it is.
    pub place: Place,
}

/// Where a destination is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Place {
    /// A folder, often on a disk of its own.
    Folder {
        /// From `/`.
        path: String,
    },
    /// A bucket of a store that speaks S3.
    Bucket {
        /// Its name.
        bucket: String,
        /// What all keys begin with; empty for none.
        prefix: String,
        /// Address of the server, unless it is Amazon's.
        endpoint: Option<String>,
        /// The region that requests are signed for.
        region: String,
        /// Never shown.
        #[schema(value_type = Option<String>)]
        access_key: Option<Credential>,
        /// Never shown.
        #[schema(value_type = Option<String>)]
        secret_key: Option<Credential>,
    },
}
