//! Which series somebody asks for. It reads nothing.

use caretaker_core::metric::{Labels, SeriesKey};

/// Which series are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All of one name whose labels match.
    Named {
        /// Exact name.
        name: String,
        /// Labels that must be there with these values.
        labels: Labels,
    },
    /// These.
    Keys(Vec<SeriesKey>),
    /// Every series.
    All,
}

impl Selection {
    /// Whether that series is asked for.
    pub(super) fn takes(&self, key: &SeriesKey) -> bool {
        match self {
            Self::Named { name, labels } => key.name == *name && key.labels.matches(labels),
            Self::Keys(keys) => keys.contains(key),
            Self::All => true,
        }
    }
}
