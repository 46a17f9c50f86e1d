//! What people do with alerts, and what changes whom to tell: acknowledging, snoozing, silences, quiet time, settings.

use std::sync::Arc;

use caretaker_core::alert::{Acknowledgement, AlertId, Change, Instance, Silence, Transition};
use caretaker_core::config::Settings;
use caretaker_core::metric::{Round, RoundId};
use caretaker_core::notice::open_windows;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Timestamp;
use caretaker_store::Decision;
use chrono::Local;

use crate::hearing::channels;
use crate::pipeline::Pipeline;

impl Pipeline {
    /// Takes an alert on. Once more, without anything new to say, it changes nothing; an empty note keeps the one before.
    pub(crate) fn acknowledge(&mut self, id: &AlertId, note: String, now: Timestamp) -> Result<Instance, Problem> {
        let known = self.evaluator.open().find(|alert| alert.id == *id).cloned();
        let said = known.as_ref().and_then(|alert| alert.acknowledged.as_ref()).map(|ack| ack.note.clone());
        let note = if note.is_empty() { said.clone().unwrap_or_default() } else { note };
        if let Some(alert) = known.filter(|alert| alert.is_acknowledged() && said.as_ref() == Some(&note)) {
            return Ok(alert);
        }
        let change = Change::Acknowledged { note: note.clone() };
        self.handle(id, change, now, |alert| {
            alert.acknowledged = Some(Acknowledgement { at: now, level: alert.level, note });
        })
    }

    pub(crate) fn snooze(&mut self, id: &AlertId, until: Timestamp, now: Timestamp) -> Result<Instance, Problem> {
        self.handle(id, Change::Snoozed { until }, now, |alert| alert.snoozed_until = Some(until))
    }

    /// Adds what was done about an alert to its timeline; it may be over.
    pub(crate) fn noted(&mut self, id: AlertId, change: Change, now: Timestamp) {
        self.commit(Decision { events: vec![(id, now, change)], ..Decision::default() }, now);
    }

    /// Changed, recorded in the alert's timeline, and its notification taken away.
    fn handle(
        &mut self,
        id: &AlertId,
        change: Change,
        now: Timestamp,
        apply: impl FnOnce(&mut Instance),
    ) -> Result<Instance, Problem> {
        let changed = self.evaluator.with_alert(id, |alert| {
            apply(alert);
            alert.clone()
        });
        let alert = changed.ok_or_else(|| {
            Problem::new(Code::NotFound, format!("no open alert has the id {}", id.0))
                .hint("`caretaker alerts list --all` shows alerts that are over")
        })?;
        let round = RoundId { epoch: self.epoch, at: now };
        self.decide(vec![Transition { change, alert: alert.clone(), round }], None, now);
        self.publish();
        Ok(self.evaluator.open().find(|open| open.id == *id).cloned().unwrap_or(alert))
    }

    /// Reads silences and quiet time anew and tells what may be told now.
    pub(crate) fn listen(&mut self, now: Timestamp) {
        match (self.state.silences(now), crate::operation::quiet_until(&self.state)) {
            (Ok(silences), Ok(quiet_until)) => {
                self.current.silences = silences;
                self.current.quiet_until = quiet_until;
            }
            (Err(error), _) | (_, Err(error)) => self.store_failed("decisions", error, now),
        }
        self.decide(Vec::new(), None, now);
        self.publish();
    }

    /// Forgets silences that are over, opens and closes the maintenance windows of the configuration, and ends silences that
    /// were to last until nothing is up any more that they mute.
    pub(crate) fn refresh_mutes(&mut self, now: Timestamp) {
        let Self { current, settings, evaluator, state, .. } = self;
        current.silences.retain(|silence| now < silence.until && silence.window.is_none());
        let is_over = |silence: &Silence| {
            silence.until_resolved && silence.is_in_force(now) && !evaluator.open().any(|alert| silence.covers(alert))
        };
        let mut failed = None;
        // One whose end cannot be stored stays, because the next start would find it again; the next round tries once more.
        current.silences.retain(|silence| match is_over(silence).then(|| state.end_silence(&silence.id, now)) {
            None => true,
            Some(Ok(_)) => false,
            Some(Err(error)) => {
                failed = Some(error);
                true
            }
        });
        current.silences.extend(open_windows(&settings.notify.maintenance, now, &Local));
        if let Some(error) = failed {
            self.store_failed("decisions", error, now);
        }
    }

    /// A notice about this alert found nobody in time: if the alert is still up, it is news again.
    pub(crate) fn untold(&mut self, id: &AlertId, channel: &str, now: Timestamp) {
        self.evaluator.with_alert(id, |alert| alert.told.remove(channel));
        self.decide(Vec::new(), None, now);
    }

    pub(crate) fn take_settings(&mut self, settings: Arc<Settings>, now: Timestamp) {
        self.channels = channels(&settings);
        self.settings = settings;
        let at = Round { id: RoundId { epoch: self.epoch, at: now }, ..Round::default() };
        let ended = self.evaluator.take_rules(&self.settings.rules, &at);
        self.recall_history(now);
        self.decide(ended, None, now);
        self.publish();
    }
}
