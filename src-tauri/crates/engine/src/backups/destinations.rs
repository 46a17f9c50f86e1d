//! How destinations stand, looked at once a minute: there or away, and how much room is left.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use caretaker_core::backup::{DestinationMemory, Place};
use caretaker_core::forecast::{Hour, Pace};
use caretaker_core::metric::{Labels, Resolution, names};
use caretaker_core::problem::Problem;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::Hint;

use super::standing::mark_of;
use crate::engine::Engine;
use crate::recall::hour_start;

/// The pace at which a destination fills is that of so long.
const PACE: Span = Span::from_days(7);
const HOUR: Span = Span::from_hours(1);
/// Between two looks, in awake time.
const EVERY: Span = Span::from_minutes(1);

/// What the newest look saw of one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    /// Whether it is there. None while it never was prepared: nothing is missing.
    pub present: Option<bool>,
    /// Bytes free.
    pub free: Option<u64>,
    /// Bytes in all.
    pub total: Option<u64>,
}

/// All of them, by id, with the time awake of the look.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    looked: Option<Span>,
    pub seen: BTreeMap<String, Seen>,
}

impl Sightings {
    /// Every destination comes into sight anew at the next look.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Engine {
    /// Looks at every folder that is a destination, if the newest look is old.
    pub(super) async fn look_at_destinations(&self) -> Result<(), Problem> {
        let (moment, inner) = (self.0.clock.moment(), &self.0.backups);
        {
            let sightings = inner.sightings.lock().unwrap_or_else(PoisonError::into_inner);
            if sightings.looked.is_some_and(|looked| moment.awake - looked < EVERY) {
                return Ok(());
            }
        }
        let mut seen = BTreeMap::new();
        for destination in self.destinations() {
            let memory = self.destination_memory(&destination.id).await?;
            let Place::Folder { path } = destination.place else {
                seen.insert(destination.id, Seen { present: answers(&memory), ..Seen::default() });
                continue;
            };
            let (found, memory) = self.blocking(move |_| Ok((look(&path, &memory), memory))).await?;
            if found.present == Some(true) && (memory.free_bytes, memory.total_bytes) != (found.free, found.total) {
                self.remember_destination(&destination.id, move |memory| {
                    memory.seen = Some(moment.wall);
                    (memory.free_bytes, memory.total_bytes) = (found.free, found.total);
                })
                .await?;
            }
            seen.insert(destination.id, found);
        }
        let (changed, came) = {
            let mut sightings = inner.sightings.lock().unwrap_or_else(PoisonError::into_inner);
            sightings.looked = Some(moment.awake);
            let is_there = |all: &BTreeMap<String, Seen>, id| all.get(id).is_some_and(|one| one.present == Some(true));
            let came: Vec<String> =
                seen.keys().filter(|id| is_there(&seen, *id) && !is_there(&sightings.seen, *id)).cloned().collect();
            let present = |all: &BTreeMap<String, Seen>| all.values().map(|one| one.present).collect::<Vec<_>>();
            let changed = present(&sightings.seen) != present(&seen);
            sightings.seen = seen;
            (changed, came)
        };
        if changed || !came.is_empty() {
            // What lies on a disk that came can be copied now.
            self.copies_changed();
        }
        if changed {
            self.hint(Hint::Backups);
        }
        for id in came {
            self.reconcile(&id).await?;
        }
        Ok(())
    }

    /// When a destination will be full at the pace of the last days, as the rule `destination-forecast` reckons.
    pub(crate) async fn full_at(&self, id: &str, free: u64) -> Result<Option<Timestamp>, Problem> {
        let (labels, until) = (Labels::one("destination", id), hour_start(self.now()));
        let points = self
            .blocking(move |inner| {
                let step = Resolution::Step(HOUR);
                Ok(inner.metrics.points(names::DESTINATION_FREE, &labels, until - PACE, until, step)?)
            })
            .await?;
        let hours: Vec<Hour> = points
            .iter()
            .flat_map(|series| &series.points)
            .filter_map(|point| Some(Hour { hour: point.at.as_millis() / HOUR.as_millis(), left: point.value? }))
            .collect();
        let ends = Pace::of(&hours).and_then(|pace| pace.ends(free as f64));
        Ok(ends.map(|ends| self.now() + ends.expected))
    }

    /// Whether a destination that was there once is not.
    pub(super) fn is_away(&self, id: &str) -> bool {
        let sightings = self.0.backups.sightings.lock().unwrap_or_else(PoisonError::into_inner);
        sightings.seen.get(id).is_some_and(|seen| seen.present == Some(false))
    }
}

/// Whether a store answered last. None while nothing was asked of it.
fn answers(memory: &DestinationMemory) -> Option<bool> {
    if memory.failures > 0 { Some(false) } else { memory.seen.map(|_| true) }
}

fn look(path: &str, memory: &DestinationMemory) -> Seen {
    let Some(identity) = memory.identity.as_ref().filter(|_| memory.path == path) else { return Seen::default() };
    let is_there = mark_of(path).as_ref() == Some(identity);
    let space = caretaker_platform::files::space(std::path::Path::new(path)).ok().filter(|_| is_there);
    Seen { present: Some(is_there), free: space.map(|space| space.free), total: space.map(|space| space.total) }
}
