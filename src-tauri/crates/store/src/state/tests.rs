//! The store of decisions as a whole: committed once, found again, bounded.

use caretaker_core::alert::State;
use caretaker_core::metric::Labels;
use caretaker_core::notice::NoticeState;
use caretaker_core::rule::Level;
use tempfile::TempDir;

use crate::state::testing::*;

use caretaker_core::alert::{Silence, SilenceId};
use caretaker_core::notice::NoticeId;

use super::*;
use crate::Operation;

fn open() -> (TempDir, StateStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = StateStore::open(&folder.path().join("caretaker.db"), Access::ReadWrite).unwrap();
    (folder, store)
}

fn with_alerts(instances: Vec<Instance>) -> (TempDir, StateStore) {
    let (folder, store) = open();
    store.commit(Decision { instances, ..Decision::default() }).unwrap();
    (folder, store)
}

#[test]
fn alerts_are_found_by_state_level_and_time_the_newest_first() {
    let critical = Instance { level: Level::Critical, ..alert("a4", State::Firing, 9_000) };
    let (_folder, store) = with_alerts(vec![
        alert("a1", State::Resolved, 0),
        alert("a2", State::Recovering, 100),
        alert("a3", State::Resolved, 5_000),
        critical,
    ]);
    let ids = |filter: AlertFilter| -> Vec<String> {
        store.alerts(&filter).unwrap().into_iter().map(|one| one.id.0).collect()
    };
    let all = AlertFilter::default;
    assert_eq!(ids(all()), ["a4", "a3", "a2", "a1"]);
    assert_eq!(ids(AlertFilter { states: vec![State::Firing, State::Recovering], ..all() }), ["a4", "a2"]);
    assert_eq!(ids(AlertFilter { level: Some(Level::Critical), ..all() }), ["a4"]);
    assert_eq!(ids(AlertFilter { since: Some(at(4_000)), ..all() }), ["a4", "a3", "a2"], "a2 is still open");
    assert_eq!(ids(AlertFilter { limit: Some(2), ..all() }), ["a4", "a3"]);
    assert_eq!(store.open_alerts().unwrap().iter().map(|one| one.id.0.as_str()).collect::<Vec<_>>(), ["a2", "a4"]);
}

#[test]
fn an_alert_that_cannot_be_read_hides_no_other_and_an_infinite_value_is_stored() {
    let endless = Instance { value: f64::INFINITY, peak: f64::NAN, ..alert("a1", State::Firing, 0) };
    let (folder, store) = with_alerts(vec![endless, alert("a2", State::Firing, 1)]);
    assert_eq!(store.open_alerts().unwrap()[0].value, f64::MAX);
    let other = Connection::open(folder.path().join("caretaker.db")).unwrap();
    other.execute("UPDATE alert SET content = '{\"shape\":\"of the future\"}' WHERE id = 'a1'", []).unwrap();
    assert_eq!(store.open_alerts().unwrap(), [alert("a2", State::Firing, 1)]);
}

#[test]
fn a_shortened_identity_fits_one_several_or_none() {
    let instances = ["0190a", "0190b", "0190", "0200'%"].map(|id| alert(id, State::Firing, 0)).to_vec();
    let (_folder, store) = with_alerts(instances);
    let found = |prefix: &str| match store.alert(prefix).unwrap() {
        Found::One(alert) => alert.id.0,
        Found::Ambiguous(ids) => format!("{} fit", ids.len()),
        Found::Nothing => "none".to_owned(),
    };
    for (prefix, expect) in [
        ("0190a", "0190a"),
        ("0190", "0190"),
        ("019", "3 fit"),
        ("02", "0200'%"),
        ("03", "none"),
        ("", "none"),
        ("%", "none"),
    ] {
        assert_eq!(found(prefix), expect, "{prefix}");
    }
}

#[test]
fn a_notice_waits_is_tried_again_and_is_told_once() {
    let (_folder, store) = open();
    let id = notice("n1", "a1", 0).id;
    store.commit(Decision { notices: vec![notice("n1", "a1", 0)], ..Decision::default() }).unwrap();
    let due = |seconds| store.due_notices("native", at(seconds), 10).unwrap().len();
    assert_eq!((due(-1), due(0), store.next_due("native").unwrap()), (0, 1, Some(at(0))));
    assert!(store.due_notices("webhook", at(0), 10).unwrap().is_empty());
    assert!(store.notice_failed(&id, 1, at(5), "no notification daemon").unwrap());
    assert_eq!((due(4), due(5), store.next_due("native").unwrap()), (0, 1, Some(at(5))));
    let failed = store.notices(&AlertId("a1".to_owned())).unwrap().remove(0);
    assert_eq!((failed.attempts, failed.error.as_deref()), (1, Some("no notification daemon")));
    assert!(store.notice_delivered(&id, at(6)).unwrap());
    assert!(!store.notice_delivered(&id, at(7)).unwrap() && !store.notice_expired(&id).unwrap());
    let told = store.notices(&AlertId("a1".to_owned())).unwrap().remove(0);
    assert_eq!((told.state, told.delivered_at, told.error), (NoticeState::Delivered, Some(at(6)), None));
    assert_eq!((due(1_000), store.next_due("native").unwrap()), (0, None));
}

#[test]
fn a_notice_does_not_wait_an_hour_because_the_clock_was_set_back() {
    let (_folder, store) = open();
    store.commit(Decision { notices: vec![notice("n1", "a1", 3_600)], ..Decision::default() }).unwrap();
    assert_eq!(store.due_notices("native", at(0), 10).unwrap().len(), 1);
}

#[test]
fn an_expired_notice_is_no_longer_due() {
    let (_folder, store) = open();
    let old = notice("n1", "a1", 0);
    store.commit(Decision { notices: vec![old.clone()], ..Decision::default() }).unwrap();
    assert_eq!(store.due_notices("native", old.expires, 10).unwrap(), std::slice::from_ref(&old));
    assert!(store.notice_expired(&old.id).unwrap());
    assert!(store.due_notices("native", old.expires, 10).unwrap().is_empty());
}

#[test]
fn silences_begin_end_and_can_be_ended() {
    let (_folder, store) = open();
    let silence = Silence {
        id: SilenceId("s1".to_owned()),
        rule: Some("cpu-high".to_owned()),
        alert: None,
        labels: Labels::one("mount", "/"),
        except: None,
        until_resolved: false,
        window: None,
        from: at(10),
        until: at(20),
        reason: "moving house".to_owned(),
    };
    store.put_silence(&silence).unwrap();
    let active = |seconds| store.silences(at(seconds)).unwrap();
    assert!(active(20).is_empty());
    assert_eq!(active(9), std::slice::from_ref(&silence), "it lies ahead");
    assert_eq!(active(10), std::slice::from_ref(&silence));
    assert!(store.end_silence(&silence.id, at(15)).unwrap());
    assert_eq!(active(14)[0].until, at(15));
    assert!(active(15).is_empty() && !store.end_silence(&silence.id, at(16)).unwrap());
    assert!(!store.end_silence(&SilenceId("s2".to_owned()), at(0)).unwrap());
}

#[test]
fn settings_are_set_changed_and_removed() {
    let (_folder, store) = open();
    for value in [Some("1"), Some("2"), None] {
        store.put_setting("quiet_until", value).unwrap();
        assert_eq!(store.setting("quiet_until").unwrap().as_deref(), value);
    }
}

#[test]
fn a_hundred_versions_of_the_configuration_are_kept_and_always_the_last_good_one() {
    let (_folder, store) = open();
    assert_eq!(store.save_configuration("good", at(0), "file").unwrap(), 1);
    assert_eq!(store.save_configuration("good", at(1), "file").unwrap(), 1, "nothing changed");
    for n in 0..150 {
        store.save_faulty_configuration(&format!("bad {n}"), at(n), "file").unwrap();
    }
    let history = store.configuration_history().unwrap();
    assert_eq!((history.len(), history[0].version, history[0].good), (101, 151, false));
    let good = store.last_good_configuration().unwrap().unwrap();
    assert_eq!((good.version, good.text.as_str(), good.at, good.who.as_str()), (1, "good", at(0), "file"));
    store.save_configuration("better", at(999), "cli").unwrap();
    assert_eq!(store.last_good_configuration().unwrap().unwrap().text, "better");
    assert_eq!(store.configuration_history().unwrap().len(), 100);
}

#[test]
fn the_last_thousand_operations_are_kept() {
    let (_folder, store) = open();
    for n in 0..1_003 {
        let operation = Operation {
            at: at(n),
            kind: "configuration".to_owned(),
            what: format!("reload {n}"),
            result: "ok".to_owned(),
            took: Span::from_millis(n),
        };
        store.record_operation(&operation).unwrap();
    }
    let all = store.operations(usize::MAX).unwrap();
    assert_eq!((all.len(), all[0].what.as_str(), all[999].took.as_millis()), (1_000, "reload 1002", 3));
    assert_eq!(store.operations(10).unwrap(), all[..10]);
}

#[test]
fn alerts_that_are_long_over_go_with_all_that_belongs_to_them() {
    let (_folder, store) = open();
    let ids = [AlertId("old".to_owned()), AlertId("new".to_owned()), AlertId("open".to_owned())];
    let instances =
        vec![alert("old", State::Resolved, 0), alert("new", State::Resolved, 86_400), alert("open", State::Firing, 0)];
    let events = ids.iter().map(|id| (id.clone(), at(0), Change::Pended)).collect();
    let evidence = ids.iter().map(|id| (id.clone(), evidence(1.0))).collect();
    let notices = vec![notice("n1", "old", 0), notice("n2", "new", 0), notice("n3", "open", 0)];
    store.commit(Decision { instances, events, evidence, notices, ..Decision::default() }).unwrap();
    store.notice_delivered(&NoticeId("n1".to_owned()), at(1)).unwrap();
    assert_eq!(store.retain(Span::from_days(1), at(86_400 + 700)).unwrap(), 1);
    for (id, rest) in ids.iter().zip([0, 1, 1]) {
        assert_eq!(store.events(id).unwrap().len(), rest);
        assert_eq!(usize::from(store.evidence(id).unwrap().is_some()), rest);
        assert_eq!(store.notices(id).unwrap().len(), rest);
    }
    assert_eq!(store.retain(Span::from_days(1), at(86_400 + 700)).unwrap(), 0);
}

#[test]
fn a_reader_sees_what_the_engine_commits_and_writes_nothing() {
    let (folder, store) = with_alerts(vec![alert("a1", State::Firing, 0)]);
    let path = folder.path().join("caretaker.db");
    let reader = StateStore::open(&path, Access::ReadOnly).unwrap();
    assert_eq!(reader.open_alerts().unwrap().len(), 1);
    store.commit(Decision { instances: vec![alert("a2", State::Firing, 1)], ..Decision::default() }).unwrap();
    assert_eq!(reader.open_alerts().unwrap().len(), 2);
    assert!(matches!(reader.put_setting("x", None), Err(StoreError::ReadOnly { .. })));
}
