//! Finds out whether copies can be made at a store: lists, looks which destination it is, writes, reads and removes a small object. What
//! does not work is an answer here, and no error.

use caretaker_core::backup::{StoreTrial, TrialFault, Tried};
use caretaker_core::time::Timestamp;
use futures_util::TryStreamExt as _;
use object_store::ObjectStore as _;

use crate::error::StoreError;
use crate::store::{Existing, Store};

/// What is written, read and removed.
const OBJECT: &str = ".caretaker-test";
const CONTENT: &[u8] = b"Caretaker tries whether it may write here, and removes this again.\n";

impl Store<'_> {
    /// Tries everything that copies need. `expected` is the destination that should lie there, if one is known.
    pub fn try_out(&self, expected: Option<&str>, now: &dyn Fn() -> Timestamp) -> Result<StoreTrial, StoreError> {
        let mut trial = StoreTrial { listed: tried(self.look_in())?, ..StoreTrial::default() };
        (trial.date, trial.here) = (self.way.date(), now());
        if let Tried::Failed(fault, _) = &trial.listed
            && *fault != TrialFault::Forbidden
        {
            // Whatever comes next would fail in the same way.
            return Ok(trial);
        }
        match self.recognised(expected) {
            Ok(identity) => (trial.identity, trial.recognised) = (identity, Tried::Worked),
            Err(error) => trial.recognised = tried(Err(error))?,
        }
        trial.written = tried(self.put(OBJECT, CONTENT.to_vec(), Existing::Goes))?;
        if trial.written == Tried::Worked {
            trial.read = tried(self.read_test())?;
            trial.removed = tried(self.remove(OBJECT))?;
        }
        Ok(trial)
    }

    /// Asks what lies there, and waits for the first of it.
    fn look_in(&self) -> Result<(), StoreError> {
        let prefix = self.whole_prefix();
        self.wait(async {
            let first = self.s3.list(prefix.as_ref()).try_next().await;
            first.map(drop).map_err(|error| StoreError::of(error, "what lies there"))
        })
    }

    fn recognised(&self, expected: Option<&str>) -> Result<Option<String>, StoreError> {
        match (self.identity()?, expected) {
            (Some(found), Some(expected)) if found != expected => {
                Err(StoreError::Other(format!("another destination lies there: {found}, not {expected}")))
            }
            (found, _) => Ok(found),
        }
    }

    fn read_test(&self) -> Result<(), StoreError> {
        if self.read(OBJECT, 0..CONTENT.len() as u64)? == CONTENT {
            return Ok(());
        }
        Err(StoreError::Wrong("the store gives other bytes than it was given".to_owned()))
    }
}

/// What came of a part. That somebody wants it to end is the end of all.
fn tried(result: Result<(), StoreError>) -> Result<Tried, StoreError> {
    let Err(error) = result else { return Ok(Tried::Worked) };
    let words = error.to_string();
    let is_unknown = ["InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthFailure", "InvalidToken"];
    let fault = match &error {
        StoreError::Cancelled => return Err(error),
        StoreError::Refused(_) if is_unknown.iter().any(|code| words.contains(code)) => TrialFault::WrongKeys,
        StoreError::Refused(_) => TrialFault::Forbidden,
        StoreError::NoBucket(_) => TrialFault::NoBucket,
        StoreError::Clock(_) => TrialFault::Clock,
        StoreError::Unreachable(_) => TrialFault::Unreachable,
        StoreError::Absent(_)
        | StoreError::Wrong(_)
        | StoreError::Other(_)
        | StoreError::Local(_)
        | StoreError::Full(_) => TrialFault::Wrong,
    };
    Ok(Tried::Failed(fault, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_nobody_knows_are_another_fault_than_keys_that_may_not() {
        let fault = |error| match tried(Err(error)) {
            Ok(Tried::Failed(fault, _)) => Some(fault),
            Ok(Tried::Worked | Tried::Not) | Err(_) => None,
        };
        let refused = |words: &str| StoreError::Refused(words.to_owned());
        assert_eq!(fault(refused("the store says InvalidAccessKeyId: no")), Some(TrialFault::WrongKeys));
        assert_eq!(fault(refused("the store says SignatureDoesNotMatch")), Some(TrialFault::WrongKeys));
        assert_eq!(fault(refused("the store says AccessDenied: no")), Some(TrialFault::Forbidden));
        assert_eq!(fault(StoreError::Clock("late".to_owned())), Some(TrialFault::Clock));
        assert_eq!(tried(Err(StoreError::Cancelled)), Err(StoreError::Cancelled));
        assert_eq!(tried(Ok(())), Ok(Tried::Worked));
    }
}
