//! What the newest round left behind for everybody who asks: values, open alerts, mutes.

use std::sync::Arc;

use caretaker_core::alert::{Instance, Silence};
use caretaker_core::metric::{Labels, ProcessReading, Reading, RoundId};
use caretaker_core::push::Known;
use caretaker_core::time::{Moment, Timestamp};

/// Published by the pipeline, read by every door.
#[derive(Clone, Debug, Default)]
pub struct Latest {
    /// The newest round; none before the first.
    pub round: Option<RoundId>,
    /// Its clocks.
    pub moment: Moment,
    /// How long it took, in milliseconds.
    pub took_ms: Option<f64>,
    /// What it measured.
    pub readings: Vec<Reading>,
    /// The newest value of every series that is pushed.
    pub pushed: Arc<Known>,
    /// Top processes of the newest round that looked at them.
    pub processes: Option<(Timestamp, Vec<ProcessReading>)>,
    /// Open alerts, pending ones included.
    pub open: Vec<Instance>,
    /// Silences in force.
    pub silences: Vec<Silence>,
    /// Notifications are paused until then.
    pub quiet_until: Option<Timestamp>,
}

impl Latest {
    /// The newest value of a series without labels.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.readings
            .iter()
            .find(|reading| reading.key.name == name && reading.key.labels.is_empty())
            .map(|one| one.value)
    }

    /// The newest value of a series with these labels.
    pub fn labelled(&self, name: &str, labels: &Labels) -> Option<f64> {
        self.readings
            .iter()
            .find(|reading| reading.key.name == name && reading.key.labels == *labels)
            .map(|one| one.value)
    }

    /// The newest values of all series of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Reading> {
        self.readings.iter().filter(move |reading| reading.key.name == name)
    }
}
