//! Alerts and notices for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use caretaker_core::alert::{AlertId, Evidence, Instance, State};
use caretaker_core::metric::{Labels, SeriesKey, Unit};
use caretaker_core::notice::{Notice, NoticeId, NoticeKind, NoticeState};
use caretaker_core::rule::{Aggregate, Level, NoData, Route, Rule, Threshold};
use caretaker_core::time::{Span, Timestamp};

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_769_817_600_000 + seconds * 1_000)
}

pub(super) fn alert(id: &str, state: State, since: i64) -> Instance {
    let resolved_at = (state == State::Resolved).then(|| at(since + 600));
    Instance {
        id: AlertId(id.to_owned()),
        rule: "disk-full".to_owned(),
        meaning: u64::MAX,
        series: Arc::new(SeriesKey::labelled("host.disk.usage", "mount", "/")),
        unit: Unit::Percent,
        state,
        level: Level::Warning,
        since: at(since),
        fired_at: Some(at(since + 60)),
        resolved_at,
        value: 91.25,
        peak: 97.5,
        up: Span::from_seconds(60),
        held: Span::from_seconds(60),
        held_critical: Some(Span::ZERO),
        calm: Span::ZERO,
        calm_critical: None,
        no_data: false,
        acknowledged: None,
        snoozed_until: None,
        told: BTreeMap::new(),
        flapping: false,
        turns: vec![at(since)],
        recent: 1,
        outlook: None,
        cause: None,
    }
}

pub(super) fn notice(id: &str, alert: &str, created: i64) -> Notice {
    Notice {
        id: NoticeId(id.to_owned()),
        alert: AlertId(alert.to_owned()),
        channel: "native".to_owned(),
        kind: NoticeKind::Raise,
        level: Level::Warning,
        title: "Disk nearly full".to_owned(),
        body: "/ 91 %".to_owned(),
        route: format!("alerts/{alert}"),
        created: at(created),
        expires: at(created + 43_200),
        state: NoticeState::Pending,
        attempts: 0,
        next_attempt: at(created),
        delivered_at: None,
        error: None,
        persistent: false,
        members: Vec::new(),
        about: None,
    }
}

pub(super) fn evidence(value: f64) -> Evidence {
    let rule = Rule {
        id: "disk-full".to_owned(),
        title: "Disk nearly full".to_owned(),
        metric: "host.disk.usage".to_owned(),
        filter: Labels::none(),
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(value)),
        critical: None,
        hold: Span::ZERO,
        breaches: None,
        clear_by: None,
        keep_firing_for: Span::ZERO,
        no_data: NoData::Keep,
        runbook: "disk-full".to_owned(),
        route: Route::default(),
        enabled: true,
    };
    Evidence {
        at: at(60),
        rule,
        rule_text: "disk above 90 %".to_owned(),
        samples: Vec::new(),
        processes: Vec::new(),
        companions: Vec::new(),
        marks: Vec::new(),
        changes: Vec::new(),
        after: Vec::new(),
        grown: Vec::new(),
        log: None,
    }
}
