//! `[collect]`: how often the machine is measured.

use std::ops::RangeInclusive;

use schemars::JsonSchema;

use crate::config::fields::{Fields, written};
use crate::time::Span;

/// Time between two rounds unless the file says otherwise.
pub(in crate::config) const INTERVAL: Span = Span::from_seconds(30);
/// Processes kept with a round unless the file says otherwise.
pub(in crate::config) const PROCESSES: u32 = 20;

const INTERVALS: RangeInclusive<Span> = Span::from_seconds(5)..=Span::from_hours(1);
const MOST_PROCESSES: u32 = 200;

/// How often the machine is measured, and what is kept of its processes.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct CollectSection {
    /// Time between two rounds of measurement, from 5s to 1h.
    #[schemars(extend("default" = written(INTERVAL)))]
    pub interval: Option<Span>,
    /// How many of the top processes, by CPU and by memory, are kept with each round; 0 keeps none. They are no series.
    #[schemars(range(max = MOST_PROCESSES), extend("default" = PROCESSES))]
    pub processes: Option<u32>,
}

impl CollectSection {
    /// Reads and checks the section.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self { interval: fields.span("interval", INTERVALS), processes: fields.whole("processes", 0..=MOST_PROCESSES) }
    }
}
