//! Tables over what a channel says, with alerts made by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::alert::{Acknowledgement, Causes, State, Volumes};
use crate::config::{Platform, Settings};
use crate::metric::{SeriesKey, Unit};
use crate::notice::NATIVE;
use crate::rule::Route;
use crate::time::Span;

const REPEAT: Span = Span::from_hours(4);

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000) + Span::from_minutes(minute)
}

fn alert(name: &str, level: Level) -> Instance {
    Instance {
        id: AlertId(name.to_owned()),
        rule: name.to_owned(),
        meaning: 0,
        series: Arc::new(SeriesKey::plain("host.cpu.usage")),
        unit: Unit::Percent,
        state: State::Firing,
        level,
        since: at(0),
        fired_at: Some(at(0)),
        resolved_at: None,
        value: 93.0,
        peak: 93.0,
        up: Span::ZERO,
        held: Span::ZERO,
        held_critical: None,
        calm: Span::ZERO,
        calm_critical: None,
        no_data: false,
        acknowledged: None,
        snoozed_until: None,
        told: BTreeMap::new(),
        flapping: false,
        turns: Vec::new(),
        recent: 0,
        outlook: None,
        cause: None,
    }
}

/// Alerts and a ledger that live through several plans.
struct Desk {
    alerts: Vec<Instance>,
    channels: Vec<Channel>,
    ledger: Ledger,
    volumes: Volumes,
}

impl Desk {
    fn with(alerts: Vec<Instance>) -> Self {
        let volumes = Volumes::of_settings(&["/", "/media/usb"], "/home/ann", &Settings::defaults(Platform::Linux));
        Self { alerts, channels: vec![Channel::native(true)], ledger: Ledger::default(), volumes }
    }

    /// Plans at a minute and takes over what was told; `kind alert` of each notice, the channel before it unless native.
    fn say(&mut self, minute: i64) -> Vec<String> {
        self.alerts.iter_mut().for_each(|alert| alert.up = Span::from_minutes(minute));
        let hearing = Hearing {
            now: at(minute),
            channels: &self.channels,
            quiet_until: None,
            hours: None,
            silences: &[],
            repeat: REPEAT,
        };
        let volumes = &self.volumes;
        let causes = Causes { open: &self.alerts, silences: &[], volumes, now: at(minute) };
        let explained = |alert: &Instance| causes.of(alert).is_some();
        let subjects: Vec<Subject<'_>> =
            self.alerts.iter().map(|alert| Subject { alert, rule: None, explained: explained(alert) }).collect();
        let planned = plan(&subjects, &hearing, &mut self.ledger);
        for (id, channel, told) in planned.told {
            let Some(alert) = self.alerts.iter_mut().find(|alert| alert.id == id) else { continue };
            match told {
                Some(told) => drop(alert.told.insert(channel, told)),
                None => drop(alert.told.remove(&channel)),
            }
        }
        self.alerts.retain(|alert| alert.state != State::Resolved);
        let words = |notice: &Notice| {
            let kind = format!("{:?} {}", notice.kind, notice.alert.0).to_lowercase();
            let stays = if notice.persistent { " for good" } else { "" };
            if notice.channel == NATIVE { format!("{kind}{stays}") } else { format!("{}: {kind}", notice.channel) }
        };
        planned.notices.iter().map(words).collect()
    }

    fn resolve(&mut self, name: &str) {
        self.alerts.iter_mut().filter(|alert| alert.rule == name).for_each(|alert| alert.state = State::Resolved);
    }
}

#[test]
fn said_once_changed_quietly_and_taken_away() {
    let mut desk = Desk::with(vec![alert("cpu", Level::Warning)]);
    assert_eq!(desk.say(0), ["raise cpu"]);
    assert!(desk.say(1).is_empty());
    desk.alerts[0].level = Level::Critical;
    assert_eq!(desk.say(2), ["raise cpu"]);
    desk.alerts[0].level = Level::Warning;
    assert_eq!(desk.say(3), ["update cpu"]);
    desk.resolve("cpu");
    assert_eq!(desk.say(4), ["close cpu"]);
}

#[test]
fn a_critical_alert_is_said_again_until_somebody_takes_it_on() {
    let mut desk = Desk::with(vec![alert("cpu", Level::Critical)]);
    assert_eq!(desk.say(0), ["raise cpu"]);
    assert!(desk.say(239).is_empty());
    assert_eq!(desk.say(240), ["raise cpu"]);
    assert!(desk.say(241).is_empty());
    desk.alerts[0].acknowledged = Some(Acknowledgement { at: at(241), level: Level::Critical, note: String::new() });
    assert_eq!(desk.say(242), ["close cpu"]);
    assert!(desk.say(900).is_empty());
}

#[test]
fn a_warning_that_nobody_takes_on_stays_on_the_screen_after_half_an_hour() {
    let mut desk = Desk::with(vec![alert("cpu", Level::Warning)]);
    assert_eq!(desk.say(0), ["raise cpu"]);
    assert!(desk.say(29).is_empty());
    assert_eq!(desk.say(30), ["update cpu for good"]);
    assert!(desk.say(300).is_empty(), "a warning is never said again");
}

#[test]
fn many_warnings_at_once_are_one_digest_and_critical_ones_are_not_in_it() {
    let mut alerts: Vec<Instance> = (1..=5).map(|number| alert(&format!("w{number}"), Level::Warning)).collect();
    alerts.push(alert("c", Level::Critical));
    let mut desk = Desk::with(alerts);
    assert_eq!(desk.say(0), ["raise c", "raise digest-native"]);
    assert!(desk.say(1).is_empty());
    desk.alerts[0].level = Level::Critical;
    assert_eq!(desk.say(2), ["raise w1"], "worse than the digest says");
    for name in ["w2", "w3", "w4"] {
        desk.resolve(name);
    }
    assert!(desk.say(3).is_empty(), "the digest stays while one of its alerts does");
    desk.resolve("w5");
    assert_eq!(desk.say(4), ["close digest-native"]);
}

#[test]
fn after_six_in_ten_minutes_warnings_go_into_a_digest() {
    let mut desk = Desk::with(Vec::new());
    for number in 0..6 {
        desk.alerts.push(alert(&format!("w{number}"), Level::Warning));
        assert_eq!(desk.say(number).len(), 1);
    }
    desk.alerts.push(alert("w6", Level::Warning));
    assert_eq!(desk.say(6), ["raise digest-native"]);
    desk.alerts.push(alert("c", Level::Critical));
    assert_eq!(desk.say(7), ["raise c"], "critical ones pass");
    desk.alerts.push(alert("w7", Level::Warning));
    assert_eq!(desk.say(18), ["raise w7"], "ten minutes later there is room again");
}

#[test]
fn a_digest_rings_once_in_ten_minutes_and_grows_quietly() {
    let mut desk = Desk::with(Vec::new());
    for number in 0..7 {
        desk.alerts.push(alert(&format!("w{number}"), Level::Warning));
        desk.say(number);
    }
    desk.alerts.push(alert("w7", Level::Warning));
    assert_eq!(desk.say(7), ["update digest-native"]);
    for name in ["w6", "w7"] {
        desk.resolve(name);
    }
    assert_eq!(desk.say(8), ["close digest-native"]);
    desk.alerts.push(alert("w8", Level::Warning));
    assert_eq!(desk.say(9), ["raise digest-native"], "another one is news");
}

#[test]
fn a_flapping_alert_is_said_to_be_so_once() {
    let mut desk = Desk::with(vec![alert("cpu", Level::Warning)]);
    desk.say(0);
    desk.alerts[0].flapping = true;
    assert_eq!(desk.say(1), ["update cpu"]);
    assert!(desk.say(2).is_empty());
    desk.alerts[0].level = Level::Critical;
    assert_eq!(desk.say(3), ["raise cpu"], "worse is still news");
    desk.alerts[0].level = Level::Warning;
    assert!(desk.say(4).is_empty(), "better is not, while it flaps");
}

#[test]
fn what_a_full_disk_explains_is_said_when_the_disk_is_well_again() {
    let mut desk = Desk::with(vec![alert("backup-failed", Level::Warning), full("/", Level::Critical)]);
    assert_eq!(desk.say(0), ["raise disk-space"]);
    desk.resolve("disk-space");
    assert_eq!(desk.say(1), ["raise backup-failed", "close disk-space"]);
}

#[test]
fn a_disk_explains_nothing_while_it_has_room_elsewhere_or_once_it_is_known_for_a_day() {
    for (disk, minute, expected) in [
        (full("/", Level::Warning), 0, true),
        (full("/media/usb", Level::Critical), 0, true),
        (full("/", Level::Critical), 0, false),
        (taken_on(full("/", Level::Critical)), 60, false),
        (taken_on(full("/", Level::Critical)), 24 * 60, true),
    ] {
        let mut desk = Desk::with(vec![alert("backup-failed", Level::Warning), disk.clone()]);
        let is_told = desk.say(minute).contains(&"raise backup-failed".to_owned());
        assert_eq!(is_told, expected, "{disk:?} after {minute} min");
    }
    let mut desk = Desk::with(vec![alert("collector-failing", Level::Warning), full("/", Level::Critical)]);
    assert_eq!(desk.say(0), ["raise collector-failing", "raise disk-space"], "nothing that a disk has to do with");
}

fn full(mount: &str, level: Level) -> Instance {
    Instance { series: Arc::new(SeriesKey::labelled("host.disk.usage", "mount", mount)), ..alert("disk-space", level) }
}

fn taken_on(alert: Instance) -> Instance {
    let acknowledged = Some(Acknowledgement { at: at(0), level: alert.level, note: String::new() });
    Instance { acknowledged, ..alert }
}

#[test]
fn from_the_seventh_critical_alert_in_ten_minutes_on_there_is_one_digest() {
    let twelve = (1..=12).map(|number| alert(&format!("c{number}"), Level::Critical)).collect();
    let mut desk = Desk::with(twelve);
    let first = desk.say(0);
    assert_eq!(first[..6], ["raise c1", "raise c2", "raise c3", "raise c4", "raise c5", "raise c6"]);
    assert_eq!(first[6..], ["raise digest-native"], "the other six together");
    assert!(desk.say(9).is_empty());
    let again = desk.say(240);
    assert_eq!(again.iter().filter(|one| one.starts_with("raise")).count(), 7, "said again, as bounded: {again:?}");
    for number in 1..=12 {
        desk.resolve(&format!("c{number}"));
    }
    let over = desk.say(241);
    assert!(over.contains(&"close digest-native".to_owned()), "{over:?}");
    assert_eq!(over.len(), 7, "everything that stands on the screen is taken away once: {over:?}");
}

#[test]
fn a_digest_of_warnings_that_becomes_critical_rings_once_more_and_says_so() {
    let mut desk = Desk::with((1..=5).map(|number| alert(&format!("w{number}"), Level::Warning)).collect());
    assert_eq!(desk.say(0), ["raise digest-native"]);
    desk.alerts.extend((1..=6).map(|number| alert(&format!("c{number}"), Level::Critical)));
    assert_eq!(desk.say(1).len(), 6, "critical ones pass a flood of warnings");
    desk.alerts.push(alert("c7", Level::Critical));
    assert_eq!(desk.say(2), ["raise digest-native"]);
    desk.alerts.push(alert("c8", Level::Critical));
    assert_eq!(desk.say(3), ["update digest-native"]);
}

#[test]
fn what_rang_alone_and_then_goes_into_a_digest_is_not_left_on_the_screen() {
    let mut desk = Desk::with(vec![alert("w", Level::Warning)]);
    assert_eq!(desk.say(0), ["raise w"]);
    desk.alerts.splice(0..0, (1..=6).map(|number| alert(&format!("c{number}"), Level::Critical)));
    assert_eq!(desk.say(1).len(), 6);
    desk.alerts[6].level = Level::Critical;
    assert_eq!(desk.say(2), ["close w", "raise digest-native"]);
}

#[test]
fn a_digest_names_the_worst_first_and_knows_whom_it_tells_of() {
    let alerts: Vec<Instance> = (1..=9).map(|number| alert(&format!("c{number}"), Level::Critical)).collect();
    let channels = [Channel::native(true)];
    let hearing =
        Hearing { now: at(0), channels: &channels, quiet_until: None, hours: None, silences: &[], repeat: REPEAT };
    let subjects: Vec<Subject<'_>> =
        alerts.iter().map(|alert| Subject { alert, rule: None, explained: false }).collect();
    let notices = plan(&subjects, &hearing, &mut Ledger::default()).notices;
    let digest = notices.last().unwrap();
    assert_eq!((digest.title.as_str(), digest.level), ("3 more alerts (critical)", Level::Critical));
    let members: Vec<&str> = digest.members.iter().map(|id| id.0.as_str()).collect();
    assert_eq!(members, ["c7", "c8", "c9"]);
}

#[test]
fn the_second_step_hears_of_critical_alerts_that_nobody_took_on() {
    let mut desk = Desk::with(vec![alert("cpu", Level::Critical), alert("disk", Level::Warning)]);
    desk.channels.push(Channel {
        id: "phone".to_owned(),
        enabled: true,
        least: Level::Warning,
        serves: Route::Second,
        services: Vec::new(),
    });
    assert_eq!(desk.say(0), ["raise cpu", "raise disk"]);
    assert_eq!(desk.say(15), ["phone: raise cpu"]);
    desk.resolve("cpu");
    assert_eq!(desk.say(16), ["close cpu", "phone: close cpu"]);
}

#[test]
fn quiet_hours_mute_all_but_what_they_except() {
    let mut desk = Desk::with(vec![alert("cpu", Level::Critical), alert("disk", Level::Warning)]);
    let hours = crate::config::QuietHours {
        from: "22:00".parse().unwrap(),
        to: "07:00".parse().unwrap(),
        except: Some(Level::Critical),
    };
    let hearing = Hearing {
        now: at(0),
        channels: &desk.channels,
        quiet_until: None,
        hours: Some(hours),
        silences: &[],
        repeat: REPEAT,
    };
    let subjects: Vec<Subject<'_>> =
        desk.alerts.iter().map(|alert| Subject { alert, rule: None, explained: false }).collect();
    let planned = plan(&subjects, &hearing, &mut desk.ledger);
    let told: Vec<&str> = planned.notices.iter().map(|notice| notice.alert.0.as_str()).collect();
    assert_eq!(told, ["cpu"]);
}

/// A desk with one channel that is no screen.
fn away(alert: Instance) -> Desk {
    let mut desk = Desk::with(vec![alert]);
    desk.channels = vec![Channel { id: "ops".to_owned(), ..Channel::native(true) }];
    desk
}

#[test]
fn elsewhere_only_news_are_told() {
    let mut desk = away(alert("cpu", Level::Warning));
    assert_eq!(desk.say(0), ["ops: raise cpu"]);
    desk.alerts[0].up = Span::from_minutes(45);
    assert!(desk.say(45).is_empty(), "on a screen it would stay for good now; elsewhere it does so anyway");
    desk.alerts[0].level = Level::Critical;
    assert_eq!(desk.say(46), ["ops: raise cpu"]);
    desk.alerts[0].acknowledged = Some(Acknowledgement { at: at(47), level: Level::Critical, note: String::new() });
    assert!(desk.say(48).is_empty(), "taking it on is no news");
    desk.alerts[0].level = Level::Warning;
    desk.alerts[0].acknowledged = None;
    assert_eq!(desk.say(50), ["ops: update cpu"]);
    desk.resolve("cpu");
    assert_eq!(desk.say(51), ["ops: close cpu"]);
}

#[test]
fn what_was_taken_on_is_told_when_it_is_over() {
    let mut desk = away(alert("cpu", Level::Warning));
    desk.say(0);
    desk.alerts[0].acknowledged = Some(Acknowledgement { at: at(1), level: Level::Warning, note: String::new() });
    assert!(desk.say(2).is_empty());
    desk.resolve("cpu");
    assert_eq!(desk.say(3), ["ops: close cpu"]);
}

#[test]
fn a_notice_for_elsewhere_holds_what_the_alert_was() {
    let channels = [Channel::native(true), Channel { id: "ops".to_owned(), ..Channel::native(true) }];
    let alert = alert("cpu", Level::Critical);
    let hearing =
        Hearing { now: at(0), channels: &channels, quiet_until: None, hours: None, silences: &[], repeat: REPEAT };
    let subjects = [Subject { alert: &alert, rule: None, explained: false }];
    let notices = plan(&subjects, &hearing, &mut Ledger::default()).notices;
    assert_eq!(notices[0].about, None, "the screen shows words only");
    let about = notices[1].about.as_ref().unwrap();
    assert_eq!((about.metric.as_str(), about.value, about.state), ("host.cpu.usage", 93.0, State::Firing));
}
