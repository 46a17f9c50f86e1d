//! What does not work although it should. A part reports here when it fails and when it works again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use caretaker_core::time::Timestamp;
use caretaker_core::view::Degraded;

/// The list, shared by all parts. The lock is held for a map operation only, never across a wait.
#[derive(Debug, Default)]
pub struct DegradedParts(Mutex<BTreeMap<String, Degraded>>);

impl DegradedParts {
    /// Reports a failing part; says whether that is news.
    pub fn report(&self, part: &str, why: impl Into<String>, hint: &str, now: Timestamp) -> bool {
        let why = why.into();
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match parts.get_mut(part) {
            Some(known) if known.why == why => false,
            Some(known) => {
                known.why = why;
                hint.clone_into(&mut known.hint);
                true
            }
            None => {
                let entry = Degraded { part: part.to_owned(), why, since: now, hint: hint.to_owned() };
                parts.insert(part.to_owned(), entry);
                true
            }
        }
    }

    /// Reports a part that works again; says whether that is news.
    pub fn recovered(&self, part: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(part).is_some()
    }

    /// Everything that does not work, by name.
    pub fn list(&self) -> Vec<Degraded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_reason_has_another_remedy_and_the_same_start() {
        let parts = DegradedParts::default();
        let at = Timestamp::from_millis;
        assert!(parts.report("channel ops", "no way to it", "check the network", at(1)));
        assert!(parts.report("channel ops", "401 Unauthorized", "check `token`", at(2)));
        let known = parts.list();
        let [part] = known.as_slice() else { panic!("{known:?}") };
        assert_eq!((part.why.as_str(), part.hint.as_str(), part.since), ("401 Unauthorized", "check `token`", at(1)));
    }

    #[test]
    fn the_same_reason_twice_is_no_news_and_keeps_its_start() {
        let parts = DegradedParts::default();
        let at = Timestamp::from_millis;
        assert!(parts.report("disks", "it hangs", "", at(1)));
        assert!(!parts.report("disks", "it hangs", "", at(2)));
        assert_eq!(parts.list().first().map(|part| part.since), Some(at(1)));
        assert!(parts.recovered("disks"));
        assert!(!parts.recovered("disks"));
    }
}
