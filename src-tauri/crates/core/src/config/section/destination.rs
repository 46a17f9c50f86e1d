//! `[[destination]]`: where backups go.

use schemars::JsonSchema;

use crate::backup::{Destination, Place};
use crate::config::channel::Credential;
use crate::config::fields::Fields;
use crate::config::problem::ProblemCode;

/// What servers other than Amazon's take as well.
const REGION: &str = "us-east-1";

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
    /// The region that requests are signed for.
    #[schemars(extend("default" = REGION))]
    pub region: Option<String>,
    /// Access key; `env:NAME` and `file:/path` keep it out of this file.
    pub access_key: Option<String>,
    /// Secret key; `env:NAME` and `file:/path` keep it out of this file.
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
            region: fields.text("region"),
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
        if let Some(path) = destination.path.as_deref().filter(|path| !path.starts_with('/')) {
            let message = format!("`path` is `{path}`; allowed is a path that begins with `/`");
            fields.problem("path", ProblemCode::InvalidValue, message);
        }
        if let Some(text) = destination.s3.as_deref().filter(|text| bucket(text).is_none()) {
            let message =
                format!("`s3` is `{text}`; allowed is a bucket with or without a prefix, `s3://bucket/prefix`");
            fields.problem("s3", ProblemCode::InvalidValue, message);
        }
        destination
    }

    /// The destination with every default filled in; none while it has no id or no place.
    pub(in crate::config) fn resolve(&self) -> Option<Destination> {
        let place = match (&self.path, self.s3.as_deref().and_then(bucket)) {
            (Some(path), _) => Place::Folder { path: path.clone() },
            (None, Some((bucket, prefix))) => Place::Bucket {
                bucket,
                prefix,
                endpoint: self.endpoint.clone(),
                region: self.region.clone().unwrap_or_else(|| REGION.to_owned()),
                access_key: self.access_key.as_deref().map(Credential::new),
                secret_key: self.secret_key.as_deref().map(Credential::new),
            },
            (None, None) => return None,
        };
        Some(Destination { id: self.id.clone()?, place })
    }
}

/// `s3://bucket/prefix` as bucket and prefix.
fn bucket(text: &str) -> Option<(String, String)> {
    let (bucket, prefix) = text.strip_prefix("s3://").map(|rest| rest.split_once('/').unwrap_or((rest, "")))?;
    (!bucket.is_empty()).then(|| (bucket.to_owned(), prefix.trim_matches('/').to_owned()))
}
