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
/// Ends when nobody keeps the file.
const OWN_DATABASE: &str = "own-database";
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
        id: "disk-wear",
        title: "Disk worn",
        metric: names::DISK_WEAR,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(80.0)),
        critical: Some(Threshold::Above(95.0)),
        hold: RAISED_AT_ONCE,
        clear_by: Some(1.0),
        only_on: None,
        why: "The disk's own count of the writes its maker vouches for. 80 % leaves months to order a new one; near 100 % it may begin to refuse writes.",
    },
    BuiltInRule {
        id: "disk-failing",
        title: "Disk reports a defect",
        metric: names::DISK_FAILING,
        of: Aggregate::Last,
        over: None,
        warning: None,
        critical: Some(Threshold::Above(0.5)),
        hold: RAISED_AT_ONCE,
        clear_by: Some(0.25),
        only_on: None,
        why: "The disk itself says that its spare blocks run out, that it cannot be relied upon, or that it only reads any more: copy what matters now.",
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
        id: OWN_DATABASE,
        title: "A database was set aside",
        metric: names::OWN_DATABASE_DAMAGED,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(0.5)),
        critical: None,
        hold: RAISED_AT_ONCE,
        clear_by: Some(0.25),
        only_on: None,
        why: "A file of Caretaker was damaged: its history lies in a file of its own, and the disk may be at fault. It ends when that file is moved out of the home.",
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
    BuiltInRule {
        id: "backup-missing",
        title: "Backup missing",
        metric: names::BACKUP_AGE,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(8.0 * DAY_SECONDS)),
        critical: Some(Threshold::Above(15.0 * DAY_SECONDS)),
        hold: RAISED_AT_ONCE,
        clear_by: Some(1.0),
        only_on: None,
        why: "A week has passed in which even a weekly backup should have been made; a run that fails is told at once by another rule.",
    },
    BuiltInRule {
        id: "backup-failed",
        title: "Backup failed",
        metric: names::BACKUP_FAILING,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(0.5)),
        critical: None,
        hold: RAISED_AT_ONCE,
        clear_by: Some(0.25),
        only_on: None,
        why: "A run that failed is tried again by itself, but the reason is fresh now.",
    },
    BuiltInRule {
        id: "destination-missing",
        title: "Backup destination missing",
        metric: names::DESTINATION_PRESENT,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Below(0.5)),
        critical: None,
        hold: Span::from_hours(24),
        clear_by: Some(0.25),
        only_on: None,
        why: "A disk that is taken along comes back within a day; one that does not takes the next backups with it.",
    },
    BuiltInRule {
        id: "copies-late",
        title: "Archives without a copy elsewhere",
        metric: names::REPLICA_PENDING,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(3.0 * DAY_SECONDS)),
        critical: None,
        hold: RAISED_AT_ONCE,
        clear_by: Some(1.0),
        only_on: None,
        why: "A fire or a thief takes the machine and its disks; three days are enough for a slow line, and a store that does not answer is told before.",
    },
    BuiltInRule {
        id: "destination-forecast",
        title: "Backup destination will be full soon",
        metric: names::DESTINATION_FREE,
        of: Aggregate::Forecast,
        over: Some(Span::from_days(7)),
        warning: Some(Threshold::Below(14.0 * DAY_SECONDS)),
        critical: Some(Threshold::Below(3.0 * DAY_SECONDS)),
        hold: RAISED_AT_ONCE,
        clear_by: None,
        only_on: None,
        why: "At the pace of the last 7 days no room is left within 14 days (warning) or 3 (critical); a larger disk takes time to buy.",
    },
    BuiltInRule {
        id: "destination-space",
        title: "Backup destination nearly full",
        metric: names::DESTINATION_USAGE,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(90.0)),
        critical: Some(Threshold::Above(97.0)),
        hold: Span::from_minutes(10),
        clear_by: Some(2.0),
        only_on: None,
        why: "An archive needs room before an older one may go.",
    },
    BuiltInRule {
        id: "mass-change",
        title: "Most files changed at once",
        metric: names::BACKUP_MASS_CHANGE,
        of: Aggregate::Last,
        over: None,
        warning: None,
        critical: Some(Threshold::Above(0.5)),
        hold: RAISED_AT_ONCE,
        clear_by: Some(0.25),
        only_on: None,
        why: "Half of the files changed or went away between two backups: what looks like work may be damage, and older archives are the way back.",
    },
    BuiltInRule {
        id: "verification-failed",
        title: "Archive damaged",
        metric: names::BACKUP_VERIFICATION,
        of: Aggregate::Last,
        over: None,
        warning: None,
        critical: Some(Threshold::Below(0.5)),
        hold: RAISED_AT_ONCE,
        clear_by: Some(0.25),
        only_on: None,
        why: "What cannot be read will not restore.",
    },
    BuiltInRule {
        id: "proof-overdue",
        title: "Restore not proven",
        metric: names::BACKUP_PROOF_AGE,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(30.0 * DAY_SECONDS)),
        critical: None,
        hold: RAISED_AT_ONCE,
        clear_by: Some(1.0),
        only_on: None,
        why: "A drill runs every week; after a month nobody knows whether the backups restore.",
    },
    BuiltInRule {
        id: "proof-failed",
        title: "Restore failed in a drill",
        metric: names::BACKUP_PROOF,
        of: Aggregate::Last,
        over: None,
        warning: None,
        critical: Some(Threshold::Below(0.5)),
        hold: RAISED_AT_ONCE,
        clear_by: Some(0.25),
        only_on: None,
        why: "The backups of this job do not restore as they should.",
    },
    BuiltInRule {
        id: "database-damaged",
        title: "Database damaged",
        metric: names::DATABASE_INTEGRITY,
        of: Aggregate::Last,
        over: None,
        warning: None,
        critical: Some(Threshold::Below(0.5)),
        hold: RAISED_AT_ONCE,
        clear_by: Some(0.25),
        only_on: None,
        why: "Pages that contradict each other do not mend; each write may spread it, and the last good backup grows older.",
    },
    BuiltInRule {
        id: "task-failed",
        title: "Maintenance failed",
        metric: names::TASK_STATE,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(1.5)),
        critical: None,
        hold: RAISED_AT_ONCE,
        clear_by: Some(0.25),
        only_on: None,
        why: "The newest run of a task could not do its work, after all its tries.",
    },
    BuiltInRule {
        id: "benchmark-slow",
        title: "Machine slower than it was",
        metric: names::BENCHMARK_SHARE,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Below(80.0)),
        critical: None,
        hold: RAISED_AT_ONCE,
        clear_by: Some(5.0),
        only_on: None,
        why: "A part of the benchmark is a fifth slower than it mostly was: heat, a worn disk, or something that runs beside it.",
    },
    BuiltInRule {
        id: "own-cpu",
        title: "Caretaker itself uses much CPU",
        metric: names::OWN_CPU_USAGE,
        of: Aggregate::Avg,
        over: Some(Span::from_minutes(30)),
        warning: Some(Threshold::Above(1.0)),
        critical: None,
        hold: Span::from_minutes(30),
        clear_by: Some(0.3),
        only_on: None,
        why: "Ten times what Caretaker promises; a start or a long question leaves the average of half an hour before it is judged.",
    },
    BuiltInRule {
        id: "own-memory",
        title: "Caretaker itself uses much memory",
        metric: names::OWN_MEMORY,
        of: Aggregate::Avg,
        over: Some(Span::from_minutes(30)),
        warning: Some(Threshold::Above(150e6)),
        critical: None,
        hold: Span::from_minutes(30),
        clear_by: Some(20e6),
        only_on: None,
        why: "More than twice what Caretaker takes with a window open; a restart gives it back until the cause is found.",
    },
    BuiltInRule {
        id: "own-writes",
        title: "Caretaker itself writes much",
        metric: names::OWN_WRITTEN_DAY,
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(250e6)),
        critical: None,
        hold: Span::from_minutes(10),
        clear_by: Some(25e6),
        only_on: None,
        why: "Ten times what Caretaker promises to write in 24 hours; writing wears the disk.",
    },
];

/// Ids of rules over series that this version does not measure yet; a file may already change them.
pub const LATER_IDS: &[&str] = &["check-failing", "certificate-expiring"];

impl BuiltInRule {
    /// The rule with an id, on whatever system.
    pub fn find(id: &str) -> Option<&'static Self> {
        BUILT_IN_RULES.iter().find(|rule| rule.id == id)
    }

    /// Ids of all rules that are built in, now or later.
    pub fn ids() -> impl Iterator<Item = &'static str> {
        BUILT_IN_RULES.iter().map(|rule| rule.id).chain(LATER_IDS.iter().copied())
    }

    /// Whether its series end when their subject is taken out of the configuration, which is no reason to stay alarmed.
    fn ends_with_its_subject(&self) -> bool {
        self.id == MODEL_SERVER
            || self.id == OWN_DATABASE
            || ["backup.", "task.", "database."].iter().any(|start| self.metric.starts_with(start))
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
            no_data: if self.ends_with_its_subject() { NoData::Ok } else { NoData::Keep },
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
