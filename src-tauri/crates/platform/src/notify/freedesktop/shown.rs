//! What is on the screen: which alert is shown under which number, for as long as one server lives. Kept in a small file,
//! so that an update after a restart of Caretaker still replaces instead of adding.

use std::fs;
use std::io;
use std::path::Path;

use caretaker_core::alert::AlertId;
use caretaker_core::rule::Level;
use serde::{Deserialize, Serialize};

/// More alerts than this are not remembered; the oldest go first.
const MOST: usize = 200;

/// All that is shown by one server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Which server, bus and boot the numbers belong to.
    server: String,
    /// That server's unique name on the bus: only its signals count.
    address: String,
    entries: Vec<Entry>,
}

/// One alert on the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The alert.
    pub alert: AlertId,
    /// The server's number for it.
    pub id: u32,
    /// Where a click leads.
    pub route: String,
    /// How bad it was when last shown.
    pub level: Level,
    /// A person or a time-out took it away.
    pub closed: bool,
}

impl Shown {
    /// What the file says; nothing if there is none or it makes no sense, because then a duplicate is the worst outcome.
    pub fn load(path: &Path) -> Self {
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(path = %path.display(), %error, "forgot which notifications are shown");
                Self::default()
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "could not read which notifications are shown");
                Self::default()
            }
        }
    }

    /// Binds the numbers to this server; those of another one are forgotten.
    pub fn bind(&mut self, server: &str, address: &str) {
        if self.server != server {
            *self = Self { server: server.to_owned(), address: address.to_owned(), entries: Vec::new() };
        }
    }

    /// Whether the numbers came from the program with this unique name.
    pub fn is_from(&self, address: &str) -> bool {
        self.address == address
    }

    /// Whether nothing is shown.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How this alert is shown.
    pub fn alert(&self, alert: &AlertId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.alert == *alert)
    }

    /// What is shown under this number.
    pub fn number(&self, id: u32) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// An alert is shown now. A server may give the number of one that is gone to a new one.
    pub fn insert(&mut self, entry: Entry) {
        self.entries.retain(|other| other.alert != entry.alert && other.id != entry.id);
        self.entries.push(entry);
        let excess = self.entries.len().saturating_sub(MOST);
        self.entries.drain(..excess);
    }

    /// An alert is over; what was shown for it.
    pub fn remove(&mut self, alert: &AlertId) -> Option<Entry> {
        let position = self.entries.iter().position(|entry| entry.alert == *alert)?;
        Some(self.entries.remove(position))
    }

    /// The server took a notification away. False if it was not ours.
    pub fn close(&mut self, id: u32) -> bool {
        match self.entries.iter_mut().find(|entry| entry.id == id && !entry.closed) {
            Some(entry) => {
                entry.closed = true;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(alert: &str, id: u32) -> Entry {
        Entry {
            alert: AlertId(alert.into()),
            id,
            route: format!("alerts/{alert}"),
            level: Level::Warning,
            closed: false,
        }
    }

    #[test]
    fn numbers_of_another_server_are_forgotten_and_of_the_same_one_kept() {
        let mut shown = Shown::default();
        shown.bind("boot bus :1.5", ":1.5");
        shown.insert(entry("a", 7));
        shown.bind("boot bus :1.5", ":1.5");
        assert_eq!(shown.alert(&AlertId("a".into())).unwrap().id, 7);
        shown.bind("boot bus :1.9", ":1.9");
        assert!(shown.is_empty() && shown.is_from(":1.9") && !shown.is_from(":1.5"));
    }

    #[test]
    fn one_alert_has_one_number_and_one_number_one_alert() {
        let mut shown = Shown::default();
        shown.insert(entry("a", 1));
        shown.insert(entry("a", 2));
        shown.insert(entry("b", 2));
        assert_eq!(shown.entries, [entry("b", 2)]);
    }

    #[test]
    fn the_oldest_goes_when_there_are_too_many() {
        let mut shown = Shown::default();
        for id in 0..=MOST as u32 {
            shown.insert(entry(&id.to_string(), id));
        }
        assert_eq!(shown.entries.len(), MOST);
        assert!(shown.number(0).is_none() && shown.number(MOST as u32).is_some());
    }

    #[test]
    fn a_file_without_sense_is_an_empty_screen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notifications.json");
        assert_eq!(Shown::load(&path), Shown::default());
        crate::files::write_atomic(&path, b"{\"server\":", 0o600).unwrap();
        assert_eq!(Shown::load(&path), Shown::default());
    }
}
