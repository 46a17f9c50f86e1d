//! Names of archives: they sort by time, and type and order can be read from them alone.

use super::footer::Packing;
use super::time::Time;
use super::{hex, unhex};
use crate::encryption::EXTENSION;

/// What an archive is to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// Everything, needing no other archive.
    Full,
    /// What changed, naming the archives that hold the rest.
    Incremental,
    /// Definitions: always everything, always gzip.
    Configuration,
    /// Copies of databases: always everything.
    Database,
}

impl Type {
    /// The word in names and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Incremental => "incremental",
            Self::Configuration => "configuration",
            Self::Database => "database",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Full, Self::Incremental, Self::Configuration, Self::Database].into_iter().find(|one| one.word() == word)
    }
}

/// The identity of one archive; a copy of it has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ArchiveId(pub [u8; 16]);

impl ArchiveId {
    /// An identity that nothing else has.
    pub fn random() -> std::io::Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        Ok(Self(bytes))
    }

    /// Reads the hexadecimal text.
    pub fn parse(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }
}

impl std::fmt::Display for ArchiveId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

impl serde::Serialize for ArchiveId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ArchiveId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("an identity has 32 hexadecimal digits"))
    }
}

/// The parts of an archive's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveName {
    /// When its run began, as [`Time::compact`] writes it.
    pub time: String,
    /// What it is.
    pub kind: Type,
    /// Its place in the order of archives; never used twice.
    pub sequence: u32,
    /// The first four bytes of its identity, in hexadecimal.
    pub id8: String,
    /// How it is packed.
    pub packing: Packing,
    /// Whether it is encrypted.
    pub coat: Coat,
}

/// What is around the packed archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coat {
    /// Nothing: everybody can read it.
    None,
    /// The encryption of age.
    Age,
}

impl ArchiveName {
    /// The name of an archive.
    pub fn new(time: Time, kind: Type, sequence: u32, id: ArchiveId, packing: Packing, coat: Coat) -> Self {
        Self { time: time.compact(), kind, sequence, id8: hex(&id.0[..4]), packing, coat }
    }

    /// Reads a file name; `None` for anything else than an archive.
    pub fn parse(text: &str) -> Option<Self> {
        let (text, coat) = match text.strip_suffix(EXTENSION).and_then(|text| text.strip_suffix('.')) {
            Some(text) => (text, Coat::Age),
            None => (text, Coat::None),
        };
        let (stem, packing) = [Packing::Zstd, Packing::Gzip]
            .into_iter()
            .find_map(|packing| Some((text.strip_suffix(packing.extension())?.strip_suffix('.')?, packing)))?;
        let mut parts = stem.split('_');
        let name = Self {
            time: parts.next()?.to_owned(),
            kind: Type::from_word(parts.next()?)?,
            sequence: parts.next()?.parse().ok()?,
            id8: parts.next()?.to_owned(),
            packing,
            coat,
        };
        let is_whole = parts.next().is_none() && name.time.len() == 16 && unhex::<4>(&name.id8).is_some();
        is_whole.then_some(name)
    }
}

impl std::fmt::Display for ArchiveName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { time, kind, sequence, id8, packing, coat } = self;
        write!(formatter, "{time}_{}_{sequence:06}_{id8}.{}", kind.word(), packing.extension())?;
        match coat {
            Coat::None => Ok(()),
            Coat::Age => write!(formatter, ".{EXTENSION}"),
        }
    }
}

/// Whether a set of archives may have this name: it becomes a folder.
pub fn is_set_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&name.len()) && name.bytes().all(plain) && !name.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_type_and_order_and_sort_by_time() {
        let id = ArchiveId([0xab; 16]);
        let name =
            ArchiveName::new(Time::from_seconds(1_769_851_800), Type::Incremental, 12, id, Packing::Zstd, Coat::None);
        assert_eq!(name.to_string(), "20260131T093000Z_incremental_000012_abababab.tar.zst");
        assert_eq!(ArchiveName::parse(&name.to_string()).as_ref(), Some(&name));
        let sealed = ArchiveName { coat: Coat::Age, ..ArchiveName::parse(&name.to_string()).unwrap() };
        assert_eq!(sealed.to_string(), format!("{name}.age"));
        assert_eq!(ArchiveName::parse(&sealed.to_string()), Some(sealed));
        for wrong in [
            "x.tar.zst",
            "x.tar.zst.age",
            "20260131T093000Z_full_1_abababab.tar.zst.age.sha256",
            "20260131T093000Z_full_1_abababab.tar",
            "20260131T093000Z_half_1_abababab.tar.zst",
        ] {
            assert_eq!(ArchiveName::parse(wrong), None);
        }
    }

    #[test]
    fn the_name_of_a_set_is_no_path() {
        assert!(is_set_name("home-2"));
        for wrong in ["", "..", "a/b", "-rf", "Ä", "a b"] {
            assert!(!is_set_name(wrong), "{wrong}");
        }
    }
}
