//! Keys: the public part, for which an archive is encrypted, and the private one, which opens it and is never shown by accident.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use age::secrecy::ExposeSecret as _;

use crate::error::{BackupError, Result};
use crate::format::Malformed;

/// What a private key begins with.
const PRIVATE: &str = "AGE-SECRET-KEY-1";
/// More than any file of keys has.
const LONGEST_FILE: u64 = 1 << 20;

/// The public part of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient(age::x25519::Recipient);

impl Recipient {
    /// Reads `age1...`.
    pub fn parse(text: &str) -> std::result::Result<Self, Malformed> {
        let wrong = |_| Malformed::new(format!("`{text}` is no public key of age"));
        text.trim().parse().map(Self).map_err(wrong)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Recipient({self})")
    }
}

/// A private key. Only [`Key::private`] gives it away.
#[derive(Clone)]
pub struct Key(age::x25519::Identity);

impl Key {
    /// A key that nobody has.
    pub fn generate() -> Self {
        Self(age::x25519::Identity::generate())
    }

    /// Reads what a person typed, scanned or kept: lines that are comments are passed over, and so are spaces, line breaks and dashes
    /// between groups, and capitals. Words of the refusal never repeat the text.
    pub fn parse(text: &str) -> std::result::Result<Self, Malformed> {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let letters = lines.flat_map(str::chars).filter(char::is_ascii_alphanumeric);
        let all: String = letters.map(|letter| letter.to_ascii_uppercase()).collect();
        let name: String = PRIVATE.chars().filter(char::is_ascii_alphanumeric).collect();
        let rest = all.strip_prefix(&name).unwrap_or(&all);
        if rest.len() != LETTERS {
            let words = format!("a private key has {LETTERS} letters and digits after `{PRIVATE}`, not {}", rest.len());
            return Err(Malformed::new(words));
        }
        let wrong = |_| Malformed::new("a letter of the private key is wrong: its check sum does not fit");
        format!("{PRIVATE}{rest}").parse().map(Self).map_err(wrong)
    }

    /// Its public part.
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }

    /// The key itself, as text.
    pub fn private(&self) -> String {
        self.0.to_string().expose_secret().to_owned()
    }

    /// The letters after the prefix, which is the same in all keys.
    pub fn letters(&self) -> String {
        self.private().strip_prefix(PRIVATE).unwrap_or_default().to_owned()
    }

    /// Whether this key opens what is encrypted for a public one: tried with a message of its own, as an archive is written and read.
    pub fn opens(&self, recipient: &Recipient) -> bool {
        const MESSAGE: &[u8] = b"What is encrypted for the one is opened by the other.";
        let sealed = age::encrypt(&recipient.0, MESSAGE);
        sealed.is_ok_and(|sealed| age::decrypt(&self.0, &sealed).is_ok_and(|opened| opened == MESSAGE))
    }
}

/// Letters and digits of a private key after its prefix.
pub const LETTERS: usize = 58;

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key(of {})", self.recipient())
    }
}

/// Keys that are tried one after the other.
#[derive(Clone, Debug, Default)]
pub struct Keys(Arc<Vec<Key>>);

impl Keys {
    /// These keys.
    pub fn new(keys: Vec<Key>) -> Self {
        Self(Arc::new(keys))
    }

    /// All keys of several.
    pub fn all(several: impl IntoIterator<Item = Self>) -> Self {
        Self::new(several.into_iter().flat_map(|keys| keys.0.to_vec()).collect())
    }

    /// The keys in these files, as `age-keygen` writes them.
    pub fn read(files: &[impl AsRef<Path>]) -> Result<Self> {
        use std::io::Read as _;
        let mut keys = Vec::new();
        for path in files.iter().map(AsRef::as_ref) {
            let failed = |error| BackupError::io("read the key in", path, error);
            let mut text = String::new();
            std::fs::File::open(path).map_err(failed)?.take(LONGEST_FILE).read_to_string(&mut text).map_err(failed)?;
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
                let wrong = |error: Malformed| {
                    let why = format!("`{}` holds no key: {}", path.display(), error.0);
                    BackupError::Key { why }
                };
                keys.push(Key::parse(line).map_err(wrong)?);
            }
        }
        Ok(Self::new(keys))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them belongs to one of these public keys.
    pub fn belong_to(&self, recipients: &[Recipient]) -> bool {
        self.0.iter().any(|key| recipients.contains(&key.recipient()))
    }

    /// As the format wants them.
    pub(super) fn identities(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|key| &key.0 as &dyn age::Identity)
    }
}

/// Begins the encryption of what is written to a place, for all of these.
pub(crate) fn seal<W: std::io::Write>(
    recipients: &[Recipient],
    place: W,
    path: &Path,
) -> Result<age::stream::StreamWriter<W>> {
    let all = recipients.iter().map(|recipient| &recipient.0 as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(all)
        .map_err(|error| BackupError::refused(format!("encrypt `{}`: {error}", path.display())))?;
    encryptor.wrap_output(place).map_err(|error| BackupError::io("write", path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_however_it_was_copied() {
        let key = Key::generate();
        let text = key.private();
        let letters = key.letters();
        let groups: Vec<&str> = letters.as_bytes().chunks(4).map(|group| str::from_utf8(group).unwrap()).collect();
        let spaced = groups.join(" ");
        let kept = format!("# created: today\n# public key: {}\n{text}\n", key.recipient());
        for written in [text.clone(), text.to_lowercase(), format!("age-secret-key-1 {spaced}"), spaced, kept] {
            assert_eq!(Key::parse(&written).unwrap().private(), text, "{written}");
        }
        assert_eq!(letters.len(), LETTERS);
    }

    #[test]
    fn a_wrong_letter_is_noticed_and_not_repeated() {
        let text = Key::generate().letters();
        for place in 0..LETTERS {
            let mut wrong = text.clone().into_bytes();
            wrong[place] = if wrong[place] == b'Q' { b'P' } else { b'Q' };
            let wrong = String::from_utf8(wrong).unwrap();
            let error = Key::parse(&wrong).unwrap_err();
            assert!(!error.0.contains(&wrong[..8]), "{error:?}");
        }
        for wrong in ["", "AGE-SECRET-KEY-1", &text[1..], &Key::generate().recipient().to_string()] {
            assert!(Key::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_shown_of_a_key_is_its_public_part() {
        let key = Key::generate();
        let shown = format!("{key:?} {:?}", Keys::new(vec![key.clone()]));
        assert!(shown.contains(&key.recipient().to_string()));
        assert!(!shown.contains(&key.letters()[..8]));
    }

    #[test]
    fn a_key_opens_what_is_its_own_only() {
        let (one, other) = (Key::generate(), Key::generate());
        assert!(one.opens(&one.recipient()));
        assert!(!one.opens(&other.recipient()));
    }
}
