//! A path inside an archive. Names of files are bytes; as text, what is no UTF-8 is written `\xFF`, and `\` as `\\`, so that
//! every path has one text and every text stands for one path.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A path inside an archive, with `/` between its parts and none at the front.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArchivePath(Box<[u8]>);

/// A text that is no such path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read `{0}` as a path in an archive: after `\\` comes `\\`, or `x` and two hexadecimal digits")]
pub struct BadArchivePath(String);

impl ArchivePath {
    /// From the bytes of its name.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes of its name.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The folder that it lies in; empty at the top.
    pub fn parent(&self) -> Self {
        let end = self.0.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        Self(self.0.get(..end).unwrap_or_default().into())
    }

    /// Its last part.
    pub fn name(&self) -> Self {
        let start = self.0.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        Self(self.0.get(start..).unwrap_or_default().into())
    }
}

impl fmt::Display for ArchivePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for (index, part) in chunk.valid().split('\\').enumerate() {
                if index > 0 {
                    out.write_str(r"\\")?;
                }
                out.write_str(part)?;
            }
            chunk.invalid().iter().try_for_each(|byte| write!(out, r"\x{byte:02X}"))?;
        }
        Ok(())
    }
}

impl FromStr for ArchivePath {
    type Err = BadArchivePath;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadArchivePath(text.to_owned());
        let mut parts = text.split('\\');
        let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
        while let Some(part) = parts.next() {
            if let Some(rest) = part.strip_prefix('x') {
                let digits = rest.get(..2).ok_or_else(bad)?;
                bytes.push(u8::from_str_radix(digits, 16).map_err(|_| bad())?);
                bytes.extend_from_slice(rest.get(2..).unwrap_or_default().as_bytes());
            } else if part.is_empty() {
                bytes.push(b'\\');
                bytes.extend_from_slice(parts.next().ok_or_else(bad)?.as_bytes());
            } else {
                return Err(bad());
            }
        }
        Ok(Self(bytes.into()))
    }
}

impl Serialize for ArchivePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ArchivePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for ArchivePath {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A path in an archive; bytes that are no UTF-8 as `\\xFF`, `\\` as `\\\\`"))
            .examples([serde_json::json!("srv/board/board.sqlite")])
            .into()
    }
}

impl ToSchema for ArchivePath {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_have_a_text_and_texts_a_path() {
        for (bytes, text) in [
            (&b"srv/board/a.txt"[..], "srv/board/a.txt"),
            (b"", ""),
            ("Ä.txt".as_bytes(), "Ä.txt"),
            (b"a\\b", r"a\\b"),
            (b"\\\\x41", r"\\\\x41"),
            (b"\xff\xfe/x", r"\xFF\xFE/x"),
            (b"end\\", r"end\\"),
        ] {
            let path = ArchivePath::new(bytes);
            assert_eq!(path.to_string(), text);
            assert_eq!(text.parse(), Ok(path), "{text}");
        }
        for text in [r"a\b", r"a\x4", r"a\xZZ", r"a\", r"\xÄÄ"] {
            assert!(text.parse::<ArchivePath>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_has_a_folder_and_a_name() {
        for (path, parent, name) in [("a/b/c", "a/b", "c"), ("a", "", "a"), ("", "", "")] {
            let path: ArchivePath = path.parse().unwrap();
            assert_eq!((path.parent().to_string().as_str(), path.name().to_string().as_str()), (parent, name));
        }
    }

    proptest! {
        #[test]
        fn any_name_survives(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let path = ArchivePath::new(bytes);
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }
    }
}
