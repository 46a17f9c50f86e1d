//! The built-in rules: what Caretaker judges without a configuration file, and why at these bounds.

use super::platform::Platform;
use super::section::rule::KEEP_FIRING_FOR;
use crate::metric::{Labels, names};
use crate::rule::{Aggregate, NoData, Route, Rule, Threshold};
use crate::time::Span;

/// One built-in rule.
#[derive(Clone, Debug)]
pub struct BuiltInRule {
    /// Stable name, also that of its runbook.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// Series that it judges.
    pub metric: &'static str,
    /// What of the series.
    pub of: Aggregate,
    /// The window.
    pub over: Option<Span>,
    /// Bound of the level warning.
    pub warning: Option<Threshold>,
    /// Bound of the level critical.
    pub critical: Option<Threshold>,
    /// How long a breach must last.
    pub hold: Span,
    /// Dead band in the unit of the series.
    pub clear_by: Option<f64>,
    /// The only system that has it; none for all.
    pub only_on: Option<Platform>,
    /// Why it is there, and why at these bounds.
    pub why: &'static str,
}

/// The rule whose bound depends on the interval of the rounds.
const ENGINE_STALE: &str = "engine-stale";
/// The rule over a series that ends when its subject is no longer looked for, which is no reason to stay alarmed.
const MODEL_SERVER: &str = "model-server";
/// A sample is stale when it is older than this many intervals.
const STALE_INTERVALS: i64 = 3;

const DAY_SECONDS: f64 = 86_400.0;
const RAISED_AT_ONCE: Span = Span::ZERO;

/// Every built-in rule, of all systems. `memory-high` stands twice: its series differs between systems.
pub const BUILT_IN_RULES: &[BuiltInRule] = &[
    BuiltInRule {
        id: "cpu-high",
        title: "CPU busy",
        metric: names::CPU_USAGE,
        of: Aggregate::Avg,
        over: Some(Span::from_minutes(5)),
        warning: Some(Threshold::Above(75.0)),
        critical: Some(Threshold::Above(90.0)),
        hold: Span::from_minutes(1),
        clear_by: Some(10.0),
        only_on: None,
        why: "The average of five minutes ignores short bursts, which are what a CPU is for.",
    },
    BuiltInRule {
        id: "memory-high",
        title: "Memory short",
        metric: names::MEMORY_USAGE,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(80.0)),
        critical: Some(Threshold::Above(95.0)),
        hold: Span::from_minutes(2),
        clear_by: Some(10.0),
        only_on: Some(Platform::Linux),
        why: "Memory that programs can no longer get; file caches, which Linux gives back, do not count.",
    },
    BuiltInRule {
        id: "memory-high",
        title: "Memory short",
        metric: names::MEMORY_PRESSURE,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(80.0)),
        critical: Some(Threshold::Above(95.0)),
        hold: Span::from_minutes(2),
        clear_by: Some(10.0),
        only_on: Some(Platform::MacOs),
        why: "macOS fills its memory with caches on purpose, so the kernel's own measure of pressure is judged and not what is in use.",
    },
    BuiltInRule {
        id: "memory-pressure",
        title: "Memory pressure critical",
        metric: names::MEMORY_PRESSURE_LEVEL,
        of: Aggregate::Last,
        over: None,
        warning: None,
        critical: Some(Threshold::Above(3.5)),
        hold: Span::from_seconds(30),
        clear_by: Some(0.5),
        only_on: Some(Platform::MacOs),
        why: "At level 4 of 1, 2 and 4 the kernel ends programs to get memory back.",
    },
    BuiltInRule {
        id: "swap-out",
        title: "Swapping hard",
        metric: names::SWAP_OUT,
        of: Aggregate::Last,
        over: None,
        warning: None,
        critical: Some(Threshold::Above(20_000_000.0)),
        hold: Span::from_minutes(2),
        clear_by: None,
        only_on: None,
        why: "Swap that is used is harmless; 20 MB/s written to it for minutes make everything slow and wear the disk.",
    },
    BuiltInRule {
        id: "disk-space",
        title: "Disk nearly full",
        metric: names::DISK_USAGE,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(85.0)),
        critical: Some(Threshold::Above(95.0)),
        hold: Span::from_minutes(5),
        clear_by: Some(2.0),
        only_on: None,
        why: "Less than 15 % free leaves little room for updates and snapshots; under 5 % databases begin to fail.",
    },
    BuiltInRule {
        id: "disk-forecast",
        title: "Disk will be full soon",
        metric: names::DISK_FREE,
        of: Aggregate::Forecast,
        over: Some(Span::from_days(7)),
        warning: Some(Threshold::Below(7.0 * DAY_SECONDS)),
        critical: Some(Threshold::Below(DAY_SECONDS)),
        hold: RAISED_AT_ONCE,
        clear_by: None,
        only_on: None,
        why: "At the pace of the last 7 days no space is left within 7 days (warning) or 24 hours (critical), however large the disk is.",
    },
    BuiltInRule {
        id: "thermal",
        title: "Machine too hot",
        metric: names::THERMAL_STATE,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(1.5)),
        critical: Some(Threshold::Above(2.5)),
        hold: Span::from_minutes(2),
        clear_by: Some(0.5),
        only_on: None,
        why: "The system's own judgement, serious (2) and critical (3): a temperature alone says little, as chips run hot by design.",
    },
    BuiltInRule {
        id: "load-high",
        title: "Too much to do",
        metric: names::LOAD_PER_CORE,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(2.0)),
        critical: None,
        hold: Span::from_minutes(10),
        clear_by: None,
        only_on: None,
        why: "For 15 minutes twice as much waits for the CPU or for disks as the cores can do.",
    },
    BuiltInRule {
        id: ENGINE_STALE,
        title: "No new measurements",
        metric: names::SAMPLE_AGE,
        of: Aggregate::Last,
        over: None,
        // For the default interval; `resolve` puts the configured one in its place.
        warning: Some(Threshold::Above(
            (super::section::collect::INTERVAL.as_millis() / 1_000 * STALE_INTERVALS) as f64,
        )),
        critical: None,
        hold: RAISED_AT_ONCE,
        clear_by: None,
        only_on: None,
        why: "The newest sample is older than 3 intervals, so nothing else that is shown can be trusted.",
    },
    BuiltInRule {
        id: "collector-failing",
        title: "A measurement fails",
        metric: names::COLLECTOR_FAILING,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(0.5)),
        critical: None,
        hold: Span::from_minutes(5),
        clear_by: Some(0.25),
        only_on: None,
        why: "One rule for a broken collector instead of one silence for each series that it would fill.",
    },
    BuiltInRule {
        id: MODEL_SERVER,
        title: "Model server down",
        metric: names::MODEL_SERVER_UP,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Below(0.5)),
        critical: None,
        hold: Span::from_minutes(2),
        clear_by: Some(0.25),
        only_on: None,
        why: "A server of local models that answered before does not any more; 2 minutes let it restart after an update.",
    },
];

/// Ids of rules over series that this version does not measure yet; a file may already change them.
pub const LATER_IDS: &[&str] = &[
    "database-damaged",
    "backup-missing",
    "backup-failed",
    "destination-missing",
    "destination-forecast",
    "mass-change",
    "proof-overdue",
    "proof-failed",
    "check-failing",
    "certificate-expiring",
    "task-failed",
];

impl BuiltInRule {
    /// The rule with an id, on whatever system.
    pub fn find(id: &str) -> Option<&'static Self> {
        BUILT_IN_RULES.iter().find(|rule| rule.id == id)
    }

    /// Ids of all rules that are built in, now or later.
    pub fn ids() -> impl Iterator<Item = &'static str> {
        BUILT_IN_RULES.iter().map(|rule| rule.id).chain(LATER_IDS.iter().copied())
    }

    /// Whether a system has it.
    pub fn is_for(&self, platform: Platform) -> bool {
        self.only_on.is_none_or(|only| only == platform)
    }

    /// The rule as it is judged with rounds at `interval`.
    pub fn resolve(&self, interval: Span) -> Rule {
        let stale_after = Threshold::Above((interval * STALE_INTERVALS).as_seconds());
        Rule {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            metric: self.metric.to_owned(),
            filter: Labels::none(),
            of: self.of,
            over: self.over,
            warning: if self.id == ENGINE_STALE { Some(stale_after) } else { self.warning },
            critical: self.critical,
            hold: self.hold,
            breaches: None,
            clear_by: self.clear_by,
            keep_firing_for: KEEP_FIRING_FOR,
            no_data: if self.id == MODEL_SERVER { NoData::Ok } else { NoData::Keep },
            runbook: self.id.to_owned(),
            route: Route::Now,
            enabled: true,
        }
    }
}

/// The built-in rules of a system with rounds at `interval`, in the order of the table.
pub fn default_rules(platform: Platform, interval: Span) -> Vec<Rule> {
    BUILT_IN_RULES.iter().filter(|rule| rule.is_for(platform)).map(|rule| rule.resolve(interval)).collect()
}
