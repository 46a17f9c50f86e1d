//! A start: reads what was stored, fills the windows of the rules, and judges rounds that were not judged yet through the
//! same function as live ones.

use caretaker_core::alert::{Evaluator, FLAPPING_WITHIN, Instance, State};
use caretaker_core::metric::{MarkKind, Round, RoundId};
use caretaker_core::time::{Moment, Span, Timestamp};
use caretaker_store::{AlertFilter, StoreError};

use crate::decisions::LEDGER;
use crate::following::{FOLLOWED, Following};
use crate::pipeline::Pipeline;
use crate::recall::hour_start;

/// Rounds that are read at once.
const PAGE: usize = 500;
/// Where nothing was ever judged, at least this much is: the book is stored every ten minutes.
const UNJUDGED: Span = Span::from_minutes(15);

impl Pipeline {
    /// Called once, before [`Self::work`].
    pub fn restore(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let judged = self.state.judged()?;
        let open = self.state.open_alerts()?;
        let (evaluator, orphans) = Evaluator::restored(&self.settings.rules, open, judged);
        self.evaluator = evaluator;
        // Also where the file that it lay in is gone.
        self.epoch = judged.map_or(0, |(id, _)| id.epoch);
        let followed = |alert: &&Instance| alert.fired_at.is_some_and(|raised| now.since(raised) < FOLLOWED * 10);
        self.following = self.evaluator.open().filter(followed).filter_map(Following::new).collect();
        self.current.silences = self.state.silences(now)?;
        self.current.quiet_until = crate::operation::quiet_until(&self.state)?;
        let ledger = self.state.setting(LEDGER)?;
        self.ledger = ledger.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        self.recall_pushed()?;
        let newest = self.metrics.newest()?;
        if let Some((judged, _)) = judged {
            self.recall_history(judged.at);
            self.recall_ended(judged.at)?;
            let interval = self.settings.collect.interval;
            let window = judged.at - self.evaluator.longest_window().max(interval * 3) - Span::from_minutes(1);
            let since = self.before_sleep(window.min(hour_start(judged.at)), judged.at);
            self.observe_since(since, |id| id <= judged)?;
            self.last = judged_round(judged, newest);
            self.replay(judged)?;
        } else if let Some((newest, _)) = newest {
            // Killed before its first decision, or its book was damaged.
            let unjudged = newest.at - UNJUDGED;
            self.recall_history(unjudged);
            self.observe_since(unjudged - self.evaluator.longest_window(), |id| id.at <= unjudged)?;
            for round in self.metrics.recent_rounds(unjudged)?.iter().filter(|round| round.id.at > unjudged) {
                self.judge(round);
            }
        }
        self.recall_waiting(now)?;
        let at = Round { id: RoundId { epoch: self.epoch, at: now }, ..Round::default() };
        let ended =
            orphans.into_iter().map(|alert| caretaker_core::alert::end(alert, "the rule changed", &at)).collect();
        self.decide(ended, None, now);
        self.publish();
        Ok(())
    }

    /// Fills the windows of the rules with the rounds from `since` on whose decisions are known.
    fn observe_since(&mut self, since: Timestamp, known: impl Fn(RoundId) -> bool) -> Result<(), StoreError> {
        let names = self.evaluator.metrics();
        let Self { metrics, evaluator, .. } = self;
        metrics.for_each_round(since, &names, |round| {
            if known(round.id) {
                evaluator.observe(round);
            }
        })
    }

    /// From when on rounds are read so that a machine that woke after `since` is seen to have slept: only two rounds, one
    /// from before, tell.
    fn before_sleep(&self, since: Timestamp, judged: Timestamp) -> Timestamp {
        // A mark that cannot be read costs the time to settle, not the start.
        let marks = self.metrics.marks(since, judged + Span::from_millis(1)).unwrap_or_default();
        let asleep = marks.iter().filter(|mark| mark.kind == MarkKind::Sleep && mark.at < since).map(|mark| mark.at);
        // The sleep is reckoned back from the round after it; up to three intervals lie between the two rounds awake.
        asleep.min().map_or(since, |at| at - self.settings.collect.interval * 3 - Span::from_minutes(1))
    }

    /// Alerts that ended lately count for whether the next ones flap.
    fn recall_ended(&mut self, judged: Timestamp) -> Result<(), StoreError> {
        let filter = AlertFilter {
            states: vec![State::Resolved],
            since: Some(judged - FLAPPING_WITHIN),
            ..AlertFilter::default()
        };
        let mut all = self.state.alerts(&filter)?;
        all.sort_by_key(|ended| ended.resolved_at);
        for ended in all {
            self.evaluator.recall_ended(ended);
        }
        Ok(())
    }

    fn replay(&mut self, mut after: RoundId) -> Result<(), StoreError> {
        loop {
            let rounds = self.metrics.rounds_after(after, PAGE)?;
            let Some(last) = rounds.last() else { return Ok(()) };
            after = last.id;
            for round in &rounds {
                self.judge(round);
            }
        }
    }
}

fn judged_round(judged: RoundId, newest: Option<(RoundId, Moment)>) -> Option<(RoundId, Moment)> {
    newest.filter(|(id, _)| *id >= judged)
}
