//! `[[destination]]`: where backups go. Read and checked; writing to them comes later.

use schemars::JsonSchema;

use crate::config::fields::Fields;
use crate::config::problem::ProblemCode;

/// A place for backups: a folder, or a bucket that speaks S3.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct DestinationSection {
    /// Its name.
    #[schemars(required)]
    pub id: Option<String>,
    /// A folder; exactly one of `path` and `s3` is given.
    pub path: Option<String>,
    /// A bucket and prefix: `s3://bucket/prefix`.
    pub s3: Option<String>,
    /// Address of the S3 server, unless it is Amazon's.
    pub endpoint: Option<String>,
    /// Access key; `secret:NAME` and `env:NAME` keep it out of the file.
    pub access_key: Option<String>,
    /// Secret key; `secret:NAME` and `env:NAME` keep it out of the file.
    pub secret_key: Option<String>,
}

impl DestinationSection {
    /// Reads and checks one destination.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        let destination = Self {
            id: fields.id(),
            path: fields.text("path"),
            s3: fields.text("s3"),
            endpoint: fields.text("endpoint"),
            access_key: fields.text("access_key"),
            secret_key: fields.text("secret_key"),
        };
        let owner = fields.path().to_owned();
        match (fields.has("path"), fields.has("s3")) {
            (true, true) => {
                let message = format!("`{owner}` is a folder (`path`) or a bucket (`s3`), not both");
                fields.problem("s3", ProblemCode::Contradictory, message);
            }
            (false, false) => {
                fields.problem("path", ProblemCode::MissingKey, format!("`{owner}` needs the key `path` or `s3`"));
            }
            (true, false) | (false, true) => {}
        }
        destination
    }
}
