//! A try at a store before anything depends on it: what a worker found, and what that means for people. Pure.

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::time::{Span, Timestamp};
use crate::view::{TrialState, TrialStep, TrialStepView};

/// Stores refuse what was signed under a clock that is so far from theirs.
const REFUSED: Span = Span::from_minutes(15);
/// Clocks that are kept right do not differ by so much.
const ODD: Span = Span::from_minutes(1);

/// Why a part of a try did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialFault {
    /// Nobody answers, or the answer is an error of the other side.
    Unreachable,
    /// The store does not know the access key, or the secret key does not belong to it.
    WrongKeys,
    /// It knows who asks, and they may not do this.
    Forbidden,
    /// There is no such bucket.
    NoBucket,
    /// The clocks are too far apart.
    Clock,
    /// What lies there is not what should.
    Wrong,
}

/// What came of one part of a try.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// It was not tried: something before it did not work.
    #[default]
    Not,
    /// It worked.
    Worked,
    /// It did not.
    Failed(TrialFault, String),
}

impl Tried {
    fn has_worked(&self) -> bool {
        *self == Self::Worked
    }

    fn fault(&self) -> Option<(TrialFault, &str)> {
        match self {
            Self::Failed(fault, words) => Some((*fault, words)),
            Self::Not | Self::Worked => None,
        }
    }
}

/// What a worker found at a store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreTrial {
    /// Asking what lies there.
    pub listed: Tried,
    /// Looking which destination it is.
    pub recognised: Tried,
    /// The destination that lies there; none where nobody ever was.
    pub identity: Option<String>,
    /// Writing a small object.
    pub written: Tried,
    /// Reading it back.
    pub read: Tried,
    /// Removing it.
    pub removed: Tried,
    /// The time as the store told it, in the words of HTTP.
    pub date: Option<String>,
    /// The time of this machine at that moment.
    pub here: Timestamp,
}

impl StoreTrial {
    /// Whether copies can be made.
    pub fn is_usable(&self) -> bool {
        self.parts().into_iter().all(Tried::has_worked)
    }

    fn parts(&self) -> [&Tried; 5] {
        [&self.listed, &self.recognised, &self.written, &self.read, &self.removed]
    }

    fn first(&self, wanted: TrialFault) -> Option<&str> {
        self.parts().into_iter().filter_map(Tried::fault).find(|(fault, _)| *fault == wanted).map(|(_, words)| words)
    }

    /// How far the clock of this machine is ahead of that of the store.
    fn ahead(&self) -> Option<Span> {
        let there = DateTime::parse_from_rfc2822(self.date.as_deref()?).ok()?;
        Some(self.here.since(Timestamp::from_millis(there.timestamp_millis())))
    }

    /// Every step in words, in the order in which somebody would go through them.
    pub fn steps(&self, bucket: &str) -> Vec<TrialStepView> {
        vec![self.reach(), self.clock(), self.keys(), self.bucket(bucket), self.list(), self.write(), self.remove()]
    }

    fn has_answered(&self) -> bool {
        self.listed.fault().is_none_or(|(fault, _)| fault != TrialFault::Unreachable) && self.listed != Tried::Not
    }

    fn reach(&self) -> TrialStepView {
        match self.listed.fault() {
            Some((TrialFault::Unreachable, words)) => failed(
                TrialStep::Reach,
                words,
                "check `endpoint`, the network, and whether the store runs; it begins with http:// or https://",
            ),
            _ if self.has_answered() => passed(TrialStep::Reach, "the store answers"),
            _ => skipped(TrialStep::Reach),
        }
    }

    fn clock(&self) -> TrialStepView {
        const HINT: &str = "set the clock of this machine right, best by a time server";
        let step = TrialStep::Clock;
        let Some(ahead) = self.ahead() else {
            return match self.first(TrialFault::Clock) {
                Some(words) => failed(step, words, HINT),
                None => skipped(step),
            };
        };
        let side = if ahead > Span::ZERO { "ahead of" } else { "behind" };
        let words = || format!("the clock of this machine is {} {side} that of the store", ahead.abs().in_words());
        if ahead.abs() >= REFUSED || self.first(TrialFault::Clock).is_some() {
            failed(step, words(), HINT)
        } else if ahead.abs() >= ODD {
            TrialStepView { state: TrialState::Warning, ..failed(step, words(), HINT) }
        } else {
            passed(step, "the clocks of this machine and of the store agree")
        }
    }

    fn keys(&self) -> TrialStepView {
        const HINT: &str = "check both keys, that they belong together and to this store";
        let step = TrialStep::Keys;
        if let Some(words) = self.first(TrialFault::WrongKeys) {
            return failed(step, words, HINT);
        }
        let is_known = self.parts().into_iter().any(Tried::has_worked) || self.first(TrialFault::NoBucket).is_some();
        match (is_known, self.first(TrialFault::Forbidden)) {
            (true, _) => passed(step, "the store knows the keys"),
            (false, Some(words)) => failed(step, words, HINT),
            (false, None) => skipped(step),
        }
    }

    fn bucket(&self, name: &str) -> TrialStepView {
        let step = TrialStep::Bucket;
        if self.first(TrialFault::NoBucket).is_some() {
            let hint = "make it with the tools of the store, or name another one";
            return failed(step, format!("there is no bucket `{name}`"), hint);
        }
        if !self.parts().into_iter().any(Tried::has_worked) {
            return skipped(step);
        }
        match (&self.recognised, &self.identity) {
            (Tried::Failed(_, words), _) => failed(
                step,
                words,
                "name another bucket or prefix; if it is meant to be this one, `caretaker backup adopt` takes it over",
            ),
            (_, Some(_)) => TrialStepView {
                hint: "copies are added to them; on a new machine `caretaker backup adopt` takes them over".to_owned(),
                ..passed(step, "the bucket is there, with archives of Caretaker in it")
            },
            (_, None) => passed(step, "the bucket is there, and nothing of Caretaker is in it yet"),
        }
    }

    fn list(&self) -> TrialStepView {
        let right = "the keys may list what lies there";
        one(TrialStep::List, &self.listed, right, "allow the keys to list the bucket, below the prefix")
    }

    /// Writing, and reading back what was written.
    fn write(&self) -> TrialStepView {
        let step = TrialStep::Write;
        let hint = "allow the keys to write and read objects below the prefix";
        match &self.written {
            Tried::Worked => one(step, &self.read, "a test object was written, and read back as it was", hint),
            other => one(step, other, "", hint),
        }
    }

    fn remove(&self) -> TrialStepView {
        let hint = "allow the keys to delete objects below the prefix; what is beyond its term goes there too";
        one(TrialStep::Remove, &self.removed, "the test object was removed again", hint)
    }
}

/// A step that is one part of the try. What another step tells already is not told twice.
fn one(step: TrialStep, part: &Tried, right: &str, hint: &str) -> TrialStepView {
    match part {
        Tried::Worked => passed(step, right),
        Tried::Failed(TrialFault::Forbidden | TrialFault::Wrong, words) => failed(step, words, hint),
        Tried::Failed(TrialFault::Unreachable, words) if step != TrialStep::List => failed(step, words, "try it again"),
        Tried::Failed(..) | Tried::Not => skipped(step),
    }
}

fn passed(step: TrialStep, words: &str) -> TrialStepView {
    TrialStepView { step, state: TrialState::Passed, detail: words.to_owned(), hint: String::new() }
}

fn failed(step: TrialStep, words: impl Into<String>, hint: &str) -> TrialStepView {
    TrialStepView { step, state: TrialState::Failed, detail: words.into(), hint: hint.to_owned() }
}

fn skipped(step: TrialStep) -> TrialStepView {
    TrialStepView { step, state: TrialState::Skipped, detail: "not tried".to_owned(), hint: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> StoreTrial {
        StoreTrial {
            listed: Tried::Worked,
            recognised: Tried::Worked,
            written: Tried::Worked,
            read: Tried::Worked,
            removed: Tried::Worked,
            date: Some("Mon, 02 Mar 2026 08:00:00 GMT".to_owned()),
            here: "2026-03-02T08:00:20Z".parse().unwrap(),
            ..StoreTrial::default()
        }
    }

    fn fails(fault: TrialFault) -> Tried {
        Tried::Failed(fault, "why".to_owned())
    }

    /// The states of the steps, a letter each: reach, clock, keys, bucket, list, write, remove.
    fn states(trial: &StoreTrial) -> String {
        let letter = |step: &TrialStepView| match step.state {
            TrialState::Passed => 'p',
            TrialState::Warning => 'w',
            TrialState::Failed => 'f',
            TrialState::Skipped => '-',
        };
        trial.steps("archives").iter().map(letter).collect()
    }

    #[test]
    fn each_fault_is_told_once_and_at_its_place() {
        let stopped =
            |fault| StoreTrial { listed: fails(fault), date: good().date, here: good().here, ..StoreTrial::default() };
        let silent = StoreTrial { date: None, ..stopped(TrialFault::Unreachable) };
        let no_listing = StoreTrial { listed: fails(TrialFault::Forbidden), ..good() };
        let read_only =
            StoreTrial { written: fails(TrialFault::Forbidden), read: Tried::Not, removed: Tried::Not, ..good() };
        let forbidden = StoreTrial {
            listed: fails(TrialFault::Forbidden),
            recognised: fails(TrialFault::Forbidden),
            ..read_only.clone()
        };
        let other = StoreTrial { recognised: fails(TrialFault::Wrong), ..good() };
        let spoiling = StoreTrial { read: fails(TrialFault::Wrong), ..good() };
        let keeping = StoreTrial { removed: fails(TrialFault::Forbidden), ..good() };
        for (name, trial, expected, is_usable) in [
            ("good", good(), "ppppppp", true),
            ("silent", silent, "f------", false),
            ("wrong keys", stopped(TrialFault::WrongKeys), "ppf----", false),
            ("no bucket", stopped(TrialFault::NoBucket), "pppf---", false),
            ("no listing", no_listing, "ppppfpp", false),
            ("read only", read_only, "pppppf-", false),
            ("forbidden", forbidden, "ppf-ff-", false),
            ("other destination", other, "pppfppp", false),
            ("spoiling", spoiling, "pppppfp", false),
            ("keeping", keeping, "ppppppf", false),
        ] {
            assert_eq!((states(&trial).as_str(), trial.is_usable()), (expected, is_usable), "{name}");
        }
    }

    #[test]
    fn clocks_that_differ_are_told_with_how_much_and_which_way() {
        let at = |here: &str| StoreTrial { here: here.parse().unwrap(), ..good() }.clock();
        let behind = at("2026-03-02T07:57:00Z");
        assert_eq!(behind.state, TrialState::Warning);
        assert!(behind.detail.contains("3 min behind"), "{behind:?}");
        let ahead = at("2026-03-02T10:00:00Z");
        assert_eq!(ahead.state, TrialState::Failed);
        assert!(ahead.detail.contains("2 h ahead of"), "{ahead:?}");
        assert_eq!(at("2026-03-02T08:00:59Z").state, TrialState::Passed);
        let refused = StoreTrial { listed: fails(TrialFault::Clock), date: None, ..StoreTrial::default() };
        assert_eq!(states(&refused), "pf-----");
        let nonsense = StoreTrial { date: Some("yesterday".to_owned()), ..good() };
        assert_eq!(states(&nonsense), "p-ppppp");
    }
}
