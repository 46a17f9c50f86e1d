//! What a round, or a person, decided: one transaction, which may be repeated without changing anything.

use caretaker_core::alert::{AlertId, Change, Evidence, Instance, State};
use caretaker_core::metric::RoundId;
use caretaker_core::notice::Notice;
use caretaker_core::time::{Moment, Timestamp};
use rusqlite::Connection;

use crate::error::Fault;
use crate::table::{alert, notice, setting};

/// Everything that must be stored together.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// The round that was judged, with its clocks; none when a person decided.
    pub judged: Option<(RoundId, Moment)>,
    /// Alerts as they stand afterwards.
    pub instances: Vec<Instance>,
    /// New entries of their timelines.
    pub events: Vec<(AlertId, Timestamp, Change)>,
    /// Evidence of alerts raised by this decision.
    pub evidence: Vec<(AlertId, Evidence)>,
    /// Evidence to which what came afterwards was added; it takes the place of what was stored.
    pub followed: Vec<(AlertId, Evidence)>,
    /// New notices; each makes the pending ones of the same alert and channel needless.
    pub notices: Vec<Notice>,
    /// Values to be set in the same transaction, under their names; none removes.
    pub settings: Vec<(String, Option<String>)>,
}

/// What storing a decision did beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Notices that became needless.
    pub superseded: usize,
    /// Whether the disk was full and the reserve had to be given up for this.
    pub reserve_used: bool,
}

/// Stores a decision.
pub(super) fn commit(connection: &Connection, decision: &Decision) -> Result<Committed, Fault> {
    let transaction = connection.unchecked_transaction()?;
    if let Some((round, moment)) = decision.judged {
        setting::put_judged(&transaction, round, moment)?;
    }
    // What breached too briefly to be raised was no alert: nothing of it is kept.
    let (dropped, kept): (Vec<&Instance>, Vec<&Instance>) = decision.instances.iter().partition(|one| was_dropped(one));
    for instance in kept {
        alert::put(&transaction, instance)?;
    }
    for (id, at, change) in &decision.events {
        alert::put_event(&transaction, id, *at, change)?;
    }
    for (id, evidence) in &decision.evidence {
        alert::put_evidence(&transaction, id, evidence)?;
    }
    for (id, evidence) in &decision.followed {
        alert::replace_evidence(&transaction, id, evidence)?;
    }
    for instance in dropped {
        alert::delete(&transaction, &instance.id)?;
    }
    let mut superseded = 0;
    for notice in &decision.notices {
        // One that is known already did its superseding when it was new.
        if notice::insert(&transaction, notice)? {
            superseded += notice::supersede(&transaction, notice)?;
        }
    }
    for (name, value) in &decision.settings {
        setting::put(&transaction, name, value.as_deref())?;
    }
    transaction.commit()?;
    Ok(Committed { superseded, reserve_used: false })
}

fn was_dropped(alert: &Instance) -> bool {
    alert.state == State::Resolved && alert.fired_at.is_none()
}

#[cfg(test)]
mod tests {
    use caretaker_core::notice::NoticeState;
    use caretaker_core::rule::Level;
    use caretaker_core::time::{BootId, Span};
    use tempfile::TempDir;

    use crate::state::testing::*;
    use crate::{Access, StateStore};

    use super::*;

    fn open() -> (TempDir, StateStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = StateStore::open(&folder.path().join("caretaker.db"), Access::ReadWrite).unwrap();
        (folder, store)
    }

    fn round(epoch: u32, seconds: i64) -> (RoundId, Moment) {
        let up = Span::from_seconds(seconds);
        (
            RoundId { epoch, at: at(seconds) },
            Moment { wall: at(seconds), awake: up, elapsed: up, boot: BootId(u64::MAX) },
        )
    }

    fn raised() -> Decision {
        let id = AlertId("a1".to_owned());
        Decision {
            judged: Some(round(3, 60)),
            instances: vec![alert("a1", State::Firing, 0)],
            events: vec![
                (id.clone(), at(0), Change::Pended),
                (id.clone(), at(60), Change::Fired { level: Level::Warning }),
            ],
            evidence: vec![(id, evidence(90.0))],
            followed: Vec::new(),
            notices: vec![notice("n1", "a1", 60)],
            settings: vec![("told".to_owned(), Some("x".to_owned()))],
        }
    }

    /// Everything that can be seen of the store.
    fn dump(store: &StateStore) -> String {
        let id = AlertId("a1".to_owned());
        format!(
            "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
            store.judged().unwrap(),
            store.alerts(&crate::AlertFilter::default()).unwrap(),
            store.events(&id).unwrap(),
            store.evidence(&id).unwrap(),
            store.notices(&id).unwrap(),
            store.setting("told").unwrap()
        )
    }

    #[test]
    fn a_decision_comes_back_whole_also_after_a_restart() {
        let (folder, store) = open();
        let decision = raised();
        assert_eq!(store.commit(decision.clone()).unwrap(), Committed::default());
        let before = dump(&store);
        drop(store);
        let store = StateStore::open(&folder.path().join("caretaker.db"), Access::ReadWrite).unwrap();
        assert_eq!(dump(&store), before);
        assert_eq!(store.judged().unwrap(), decision.judged);
        assert_eq!(store.open_alerts().unwrap(), decision.instances);
        let id = &decision.instances[0].id;
        let events: Vec<_> = decision.events.iter().map(|(_, at, change)| (*at, change.clone())).collect();
        assert_eq!(store.events(id).unwrap(), events);
        assert_eq!(store.evidence(id).unwrap().as_ref(), Some(&decision.evidence[0].1));
        assert_eq!(store.notices(id).unwrap(), decision.notices);
    }

    #[test]
    fn the_same_decision_twice_changes_nothing_also_after_its_notice_was_delivered() {
        let (_folder, store) = open();
        store.commit(raised()).unwrap();
        store.notice_delivered(&notice("n1", "a1", 60).id, at(61)).unwrap();
        store.commit(Decision { notices: vec![notice("n2", "a1", 62)], ..Decision::default() }).unwrap();
        let before = dump(&store);
        assert_eq!(store.commit(raised()).unwrap(), Committed::default());
        assert_eq!(dump(&store), before);
        assert_eq!(store.pending_notices().unwrap().len(), 1, "n2 still waits");
    }

    #[test]
    fn evidence_once_frozen_stays() {
        let (_folder, store) = open();
        store.commit(raised()).unwrap();
        let id = AlertId("a1".to_owned());
        store.commit(Decision { evidence: vec![(id.clone(), evidence(50.0))], ..Decision::default() }).unwrap();
        assert_eq!(store.evidence(&id).unwrap(), Some(evidence(90.0)));
    }

    #[test]
    fn a_new_notice_makes_the_waiting_ones_of_its_alert_and_channel_needless() {
        let (_folder, store) = open();
        let other = Notice { channel: "webhook".to_owned(), ..notice("n2", "a1", 1) };
        let notices = vec![notice("n1", "a1", 0), other, notice("n3", "a2", 2)];
        store.commit(Decision { notices, ..Decision::default() }).unwrap();
        let done = store
            .commit(Decision { notices: vec![notice("n4", "a1", 3), notice("n5", "a1", 3)], ..Decision::default() });
        assert_eq!(done.unwrap().superseded, 2);
        let pending: Vec<_> = store.pending_notices().unwrap().into_iter().map(|one| one.id.0).collect();
        assert_eq!(pending, ["n2", "n3", "n5"]);
        let states: Vec<_> =
            store.notices(&AlertId("a1".to_owned())).unwrap().into_iter().map(|one| one.state).collect();
        assert_eq!(
            states,
            [NoticeState::Superseded, NoticeState::Pending, NoticeState::Superseded, NoticeState::Pending]
        );
    }

    #[test]
    fn the_judged_round_never_moves_back() {
        let (_folder, store) = open();
        for (judged, expect) in [((3, 60), (3, 60)), ((3, 30), (3, 60)), ((2, 90), (3, 60)), ((4, 10), (4, 10))] {
            store.commit(Decision { judged: Some(round(judged.0, judged.1)), ..Decision::default() }).unwrap();
            assert_eq!(store.judged().unwrap(), Some(round(expect.0, expect.1)));
        }
    }

    #[test]
    fn a_decision_that_cannot_be_stored_whole_is_not_stored_at_all() {
        let (folder, store) = open();
        // Another process breaks the outbox: alerts alone must not appear.
        let vandal = Connection::open(folder.path().join("caretaker.db")).unwrap();
        vandal
            .execute_batch("CREATE TRIGGER refuse BEFORE INSERT ON notice BEGIN SELECT raise(ABORT, 'no'); END")
            .unwrap();
        assert!(store.commit(raised()).is_err());
        assert!(store.open_alerts().unwrap().is_empty() && store.judged().unwrap().is_none());
        vandal.execute_batch("DROP TRIGGER refuse").unwrap();
        store.commit(raised()).unwrap();
        assert_eq!(store.open_alerts().unwrap().len(), 1);
    }

    #[test]
    fn an_alert_that_was_never_raised_leaves_nothing() {
        let (_folder, store) = open();
        let id = AlertId("a2".to_owned());
        let pending = Instance { fired_at: None, ..alert("a2", State::Pending, 0) };
        let events = vec![(id.clone(), at(0), Change::Pended)];
        store.commit(Decision { instances: vec![pending.clone()], events, ..Decision::default() }).unwrap();
        assert_eq!(store.open_alerts().unwrap(), std::slice::from_ref(&pending));
        let dropped = Instance { state: State::Resolved, resolved_at: Some(at(60)), ..pending };
        let events = vec![(id.clone(), at(60), Change::Dropped)];
        store.commit(Decision { instances: vec![dropped], events, ..Decision::default() }).unwrap();
        assert_eq!(store.alerts(&crate::AlertFilter::default()).unwrap(), []);
        assert_eq!(store.events(&id).unwrap(), []);
    }
}
