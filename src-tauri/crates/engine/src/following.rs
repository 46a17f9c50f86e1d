//! What came after an alert was raised: two minutes later the samples since are added to its evidence, once.

use std::sync::Arc;

use caretaker_core::alert::{AlertId, Evidence, Instance};
use caretaker_core::metric::{Point, Resolution, SeriesKey};
use caretaker_core::time::{Span, Timestamp};

use crate::pipeline::Pipeline;
use crate::witness::Side;

/// How long an alert is followed.
pub const FOLLOWED: Span = Span::from_minutes(2);

/// An alert whose aftermath is still to come.
#[derive(Clone, Debug)]
pub struct Following {
    alert: AlertId,
    series: Arc<SeriesKey>,
    raised: Timestamp,
}

impl Following {
    /// Of an alert that was raised.
    pub fn new(alert: &Instance) -> Option<Self> {
        let raised = alert.fired_at?;
        Some(Self { alert: alert.id.clone(), series: Arc::clone(&alert.series), raised })
    }
}

impl Pipeline {
    /// Completed evidence of alerts that were followed long enough by `now`. What cannot be read stays as it was.
    pub(crate) fn followed(&mut self, now: Timestamp) -> Vec<(AlertId, Evidence)> {
        let due = |one: &Following| now.since(one.raised) >= FOLLOWED || now < one.raised;
        let (done, going): (Vec<_>, Vec<_>) = std::mem::take(&mut self.following).into_iter().partition(due);
        self.following = going;
        for one in &done {
            self.want_records(&one.alert, one.raised, Side::After);
        }
        done.into_iter().filter_map(|one| self.completed(&one, now)).collect()
    }

    fn completed(&self, one: &Following, now: Timestamp) -> Option<(AlertId, Evidence)> {
        let mut evidence = self.state.evidence(&one.alert).ok().flatten()?;
        let until = now.min(one.raised + FOLLOWED + Span::from_seconds(30));
        let (from, to) = (one.raised + Span::from_millis(1), until + Span::from_millis(1));
        let stored = self.metrics.points(&one.series.name, &one.series.labels, from, to, Resolution::Raw).ok()?;
        let points: Vec<Point> = stored.into_iter().find(|series| series.key == *one.series)?.points;
        evidence.after = points;
        Some((one.alert.clone(), evidence))
    }
}
