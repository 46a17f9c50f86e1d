//! The two files of a key: `NAME.txt` as `age-keygen` writes it, for its owner alone, and `NAME.pub` with the public part.

use std::io;
use std::path::Path;

use caretaker_backup::encryption::{Key, Recipient};
use caretaker_core::backup::{KeyFacts, KeyOrder, KeyPresence};
use caretaker_core::problem::{Code, Problem};
use caretaker_platform::files::write_atomic;

use crate::trouble;

/// The private part as it is kept.
pub(super) enum Private {
    /// There is no file.
    None,
    /// The file holds no key.
    Unreadable,
    /// A key.
    Key(Key),
}

/// What is kept of a key.
pub(super) struct Kept {
    pub private: Private,
    pub public: Option<Recipient>,
}

impl Kept {
    pub(super) fn read(order: &KeyOrder) -> Result<Self, Problem> {
        let private = match read(&order.private_file)? {
            None => Private::None,
            Some(text) => Key::parse(&text).map_or(Private::Unreadable, Private::Key),
        };
        let public = match read(&order.public_file)? {
            None => None,
            Some(text) => Some(Recipient::parse(&text).map_err(|_| {
                let message =
                    format!("failed to use the key of {}: `{}` holds none", order.destination, order.public_file);
                Problem::new(Code::Internal, message)
                    .hint("remove that file and import the key from the recovery sheet: `caretaker backup key import`")
            })?),
        };
        Ok(Self { private, public })
    }

    pub(super) fn facts(&self) -> KeyFacts {
        let own = match &self.private {
            Private::Key(key) => Some(key.recipient()),
            Private::None | Private::Unreadable => None,
        };
        let presence = match (&self.private, &self.public) {
            (Private::None, None) => KeyPresence::None,
            (Private::None, Some(_)) => KeyPresence::PrivateMissing,
            (Private::Key(_), None) => KeyPresence::There,
            (Private::Key(_), Some(public)) if own.as_ref() == Some(public) => KeyPresence::There,
            (Private::Unreadable, _) | (Private::Key(_), Some(_)) => KeyPresence::PrivateWrong,
        };
        let recipient = self.public.as_ref().or(own.as_ref()).map(ToString::to_string);
        KeyFacts { presence, recipient, sheet: None }
    }

    /// The key; a destination that never had one gets it.
    pub(super) fn key_or_new(self, order: &KeyOrder) -> Result<Key, Problem> {
        let key = match (self.facts().presence, self.private) {
            (KeyPresence::None, _) => Key::generate(),
            (KeyPresence::There, Private::Key(key)) => {
                if self.public.is_some() {
                    return Ok(key);
                }
                key
            }
            (presence, _) => return Err(missing(presence, order)),
        };
        write(order, &key)?;
        Ok(key)
    }

    /// Whether the file of the private part holds anything but this key.
    pub(super) fn holds_something_else(&self, key: &Key) -> bool {
        match &self.private {
            Private::None => false,
            Private::Unreadable => true,
            Private::Key(kept) => kept.recipient() != key.recipient(),
        }
    }

    /// Why nothing can be opened.
    pub(super) fn missing(&self, order: &KeyOrder) -> Problem {
        missing(self.facts().presence, order)
    }
}

fn missing(presence: KeyPresence, order: &KeyOrder) -> Problem {
    let (why, hint) = match presence {
        KeyPresence::None | KeyPresence::There => {
            ("there is none yet", format!("`caretaker backup key sheet {}` makes it", order.destination))
        }
        KeyPresence::PrivateMissing => (
            "its private part is not here",
            format!("type it in from the recovery sheet: `caretaker backup key import {}`", order.destination),
        ),
        KeyPresence::PrivateWrong => (
            "what is here is another key, or damaged",
            format!(
                "move `{}` away and type the key in from the recovery sheet: `caretaker backup key import {}`",
                order.private_file, order.destination
            ),
        ),
    };
    Problem::new(Code::KeyMissing, format!("failed to use the private key of {}: {why}", order.destination)).hint(hint)
}

/// Writes both files; the private one first, because the public one alone would encrypt for nobody.
pub(super) fn write(order: &KeyOrder, key: &Key) -> Result<(), Problem> {
    use std::os::unix::fs::DirBuilderExt as _;
    let recipient = key.recipient();
    let text = format!(
        "# The private key of the backups of Caretaker at {}. Whoever has it can read them.\n# public key: {recipient}\n{}\n",
        order.destination,
        key.private()
    );
    let private = Path::new(&order.private_file);
    if let Some(folder) = private.parent() {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| trouble::io("make", folder, &error))?;
    }
    write_atomic(private, text.as_bytes(), 0o600)?;
    write_atomic(Path::new(&order.public_file), format!("{recipient}\n").as_bytes(), 0o644)?;
    Ok(())
}

fn read(path: &str) -> Result<Option<String>, Problem> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(trouble::io("read", Path::new(path), &error)),
    }
}
