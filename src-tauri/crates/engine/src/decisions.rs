//! From changes of alerts to one stored decision: notices planned, evidence taken, everything committed at once.
//! What cannot be stored now waits in memory and is tried again with every round.

use std::collections::BTreeMap;

use caretaker_core::alert::{AlertId, Causes, Change, Evidence, Instance, Transition};
use caretaker_core::metric::Round;
use caretaker_core::notice::{Notice, NoticePlan, Subject, plan};
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::Decision;

use crate::causes::volumes;
use crate::evidence;
use crate::following::Following;
use crate::hearing::hearing;
use crate::pipeline::Pipeline;
use crate::witness::Side;

/// The book is stored at least this often, so that a start replays few rounds.
const SAVE_EVERY: Span = Span::from_minutes(10);
/// The name under which what the channels said lately is stored.
pub(crate) const LEDGER: &str = "notices.ledger";
/// Entries of timelines, and notices, that a full disk keeps waiting in memory. The oldest go first.
const MOST_WAITING: usize = 2_000;

impl Pipeline {
    /// Plans notices for what changed and for what may be told by now, and stores everything in one transaction.
    pub(crate) fn decide(&mut self, mut transitions: Vec<Transition>, round: Option<&Round>, now: Timestamp) -> usize {
        self.refresh_mutes(now);
        self.explain(&mut transitions, now);
        self.explain_databases(&mut transitions);
        let (notices, settings) = self.plan(&transitions, now);
        let due =
            round.is_some_and(|round| round.moment.awake - self.saved >= SAVE_EVERY || round.moment.awake < self.saved);
        let followed = round.map(|_| self.followed(now)).unwrap_or_default();
        if transitions.is_empty() && notices.is_empty() && followed.is_empty() && !due && self.unsaved.is_none() {
            return 0;
        }
        let evidence = round.map(|round| self.evidence(&transitions, round)).unwrap_or_default();
        for (alert, evidence) in &evidence {
            self.want_records(alert, evidence.at, Side::Before);
        }
        let raised = transitions.iter().filter(|one| matches!(one.change, Change::Fired { .. }));
        self.following.extend(raised.filter_map(|one| Following::new(&one.alert)));
        let mut instances: Vec<Instance> = self.evaluator.open().cloned().collect();
        instances.extend(ended(&transitions));
        let count = notices.len();
        let decision = Decision {
            judged: round.map(|round| (round.id, round.moment)),
            instances,
            events: transitions.iter().map(|one| (one.alert.id.clone(), one.round.at, one.change.clone())).collect(),
            evidence,
            followed,
            notices,
            settings,
        };
        if self.commit(decision, now)
            && let Some(round) = round
        {
            self.saved = round.moment.awake;
        }
        count
    }

    /// What to tell whom now, with the ledger of what was told as a value to store.
    fn plan(&mut self, transitions: &[Transition], now: Timestamp) -> (Vec<Notice>, Vec<(String, Option<String>)>) {
        let Self { evaluator, current, settings, ledger, home, .. } = self;
        let hearing = hearing(settings, current, &self.channels, now);
        let ended: Vec<Instance> = ended(transitions).collect();
        let open: Vec<Instance> = evaluator.open().cloned().collect();
        let volumes = volumes(current, home, settings);
        let causes = Causes { open: &open, silences: &current.silences, volumes: &volumes, now };
        let subjects: Vec<Subject<'_>> = open
            .iter()
            .chain(&ended)
            .map(|alert| Subject { alert, rule: evaluator.rule(&alert.rule), explained: causes.of(alert).is_some() })
            .collect();
        let before = ledger.clone();
        let NoticePlan { notices, told } = plan(&subjects, &hearing, ledger);
        drop(subjects);
        for (alert, channel, told) in told {
            evaluator.with_alert(&alert, |alert| match told {
                Some(told) => drop(alert.told.insert(channel, told)),
                None => drop(alert.told.remove(&channel)),
            });
        }
        let changed = (*ledger != before).then(|| serde_json::to_string(ledger).ok()).flatten();
        (notices, changed.map(|text| (LEDGER.to_owned(), Some(text))).into_iter().collect())
    }

    fn evidence(&self, transitions: &[Transition], round: &Round) -> Vec<(AlertId, Evidence)> {
        let raised = transitions.iter().filter(|one| matches!(one.change, Change::Fired { .. }));
        raised
            .filter_map(|one| {
                let rule = self.evaluator.rule(&one.alert.rule)?;
                Some((
                    one.alert.id.clone(),
                    evidence::freeze(
                        (&self.metrics, &self.state),
                        rule,
                        &one.alert,
                        round,
                        &self.current,
                        self.grown_before(&one.alert, round.id.at),
                    ),
                ))
            })
            .collect()
    }

    /// Stores a decision together with those that wait; says whether it could.
    pub(crate) fn commit(&mut self, decision: Decision, now: Timestamp) -> bool {
        let decision = match self.unsaved.take() {
            Some(waiting) => together(waiting, decision),
            None => decision,
        };
        match self.state.commit(decision.clone()) {
            Ok(committed) => {
                if committed.reserve_used {
                    let hint = "free some space; Caretaker lays the reserve down again by itself";
                    self.degraded.report("reserve", "the disk is full; the reserve was used", hint, now);
                }
                self.degraded.recovered("decisions");
                if !decision.notices.is_empty() {
                    self.on_notices.notify_one();
                }
                true
            }
            Err(error) => {
                self.store_failed("decisions", error, now);
                self.unsaved = Some(decision);
                false
            }
        }
    }

    /// Stores every open alert and what waits, for an end in order.
    pub(crate) fn save_book(&mut self) {
        let instances = self.evaluator.open().cloned().collect();
        let now = self.last.map(|(id, _)| id.at).unwrap_or_default();
        self.commit(Decision { judged: self.last, instances, ..Decision::default() }, now);
    }
}

/// Alerts that these changes ended.
fn ended(transitions: &[Transition]) -> impl Iterator<Item = Instance> + '_ {
    transitions
        .iter()
        .filter(|one| matches!(one.change, Change::Resolved { .. } | Change::Dropped))
        .map(|one| one.alert.clone())
}

/// Two decisions as one: alerts as the later one has them, everything else in its order.
fn together(earlier: Decision, later: Decision) -> Decision {
    let instances = earlier.instances.into_iter().chain(later.instances);
    let newest: BTreeMap<AlertId, Instance> = instances.map(|alert| (alert.id.clone(), alert)).collect();
    let mut merged = Decision {
        judged: later.judged.or(earlier.judged),
        instances: newest.into_values().collect(),
        events: [earlier.events, later.events].concat(),
        evidence: [earlier.evidence, later.evidence].concat(),
        followed: [earlier.followed, later.followed].concat(),
        notices: [earlier.notices, later.notices].concat(),
        settings: [earlier.settings, later.settings].concat(),
    };
    keep_newest(&mut merged.events);
    keep_newest(&mut merged.notices);
    keep_newest(&mut merged.evidence);
    merged
}

fn keep_newest<T>(list: &mut Vec<T>) {
    list.drain(..list.len().saturating_sub(MOST_WAITING));
}
