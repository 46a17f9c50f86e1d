//! Why work at a store did not succeed, in words that hold no credential.

use std::error::Error as _;

use object_store::client::HttpError;

/// Why something at a store did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Nobody answers, or the answer is an error of the other side: it may be over soon.
    #[error("{0}")]
    Unreachable(String),
    /// The store does not know these keys, or they may not do this.
    #[error("{0}")]
    Refused(String),
    /// The clocks of this machine and of the store are too far apart for it to believe what was signed.
    #[error("{0}")]
    Clock(String),
    /// There is no such bucket.
    #[error("{0}")]
    NoBucket(String),
    /// There is no such object.
    #[error("the store has no `{0}`")]
    Absent(String),
    /// What the store has is not what was copied there.
    #[error("{0}")]
    Wrong(String),
    /// Another destination than the expected one lies there, or none any more.
    #[error("{0}")]
    Other(String),
    /// A file of this machine could not be read or written.
    #[error("{0}")]
    Local(String),
    /// This machine has no room for it.
    #[error("{0}")]
    Full(String),
    /// Somebody wants it to end.
    #[error("it was cancelled")]
    Cancelled,
}

impl StoreError {
    /// What an error of the library means, for work on an object.
    pub(crate) fn of(error: object_store::Error, key: &str) -> Self {
        let words = error.to_string();
        let code = element(&words, "Code").unwrap_or_default();
        let told = || match (code.is_empty(), element(&words, "Message")) {
            (false, Some(message)) => format!("the store says {code}: {message}"),
            (false, None) => format!("the store says {code}"),
            (true, _) => deepest(&error),
        };
        match (&error, code) {
            (_, "NoSuchBucket") => Self::NoBucket(told()),
            (_, "NoSuchUpload") => Self::Absent(format!("the upload of {key}")),
            (_, "RequestTimeTooSkewed" | "RequestExpired") => Self::Clock(told()),
            (_, "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "AccessDenied" | "AuthFailure" | "InvalidToken") => {
                Self::Refused(told())
            }
            (object_store::Error::NotFound { .. }, _) => Self::Absent(key.to_owned()),
            (object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }, _) => {
                // An answer without words is all that a HEAD gets.
                let words = if code.is_empty() { "the store refuses these keys".to_owned() } else { told() };
                Self::Refused(words)
            }
            _ => Self::Unreachable(told()),
        }
    }

    /// A failure of this machine.
    pub(crate) fn local(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let words = format!("{what} `{}`: {error}", path.display());
        if error.kind() == std::io::ErrorKind::StorageFull { Self::Full(words) } else { Self::Local(words) }
    }
}

/// What stands in an element of an answer.
fn element<'a>(words: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = words.split_once(&format!("<{name}>"))?;
    let (inside, _) = after.split_once("</")?;
    Some(inside.trim()).filter(|inside| !inside.is_empty())
}

/// The first cause says most: what the connection said, or the status.
fn deepest(error: &object_store::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
        if let Some(http) = cause.downcast_ref::<HttpError>() {
            return http.source().map_or_else(|| http.to_string(), ToString::to_string);
        }
    }
    cause.to_string().chars().take(200).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(words: &str) -> StoreError {
        StoreError::of(object_store::Error::Generic { store: "S3", source: words.into() }, "a/b")
    }

    #[test]
    fn an_answer_is_told_by_its_code_and_message_alone() {
        let answer = "403: <Error><Code>InvalidAccessKeyId</Code><Message>No such key</Message><AWSAccessKeyId>AKIA123</AWSAccessKeyId></Error>";
        assert_eq!(generic(answer), StoreError::Refused("the store says InvalidAccessKeyId: No such key".to_owned()));
        let late = "403: <Error><Code>RequestTimeTooSkewed</Code></Error>";
        assert_eq!(generic(late), StoreError::Clock("the store says RequestTimeTooSkewed".to_owned()));
        let gone = "404: <Error><Code>NoSuchBucket</Code></Error>";
        assert_eq!(generic(gone), StoreError::NoBucket("the store says NoSuchBucket".to_owned()));
        assert_eq!(generic("<Code>NoSuchUpload</Code>"), StoreError::Absent("the upload of a/b".to_owned()));
        assert_eq!(generic("503"), StoreError::Unreachable("503".to_owned()));
    }
}
