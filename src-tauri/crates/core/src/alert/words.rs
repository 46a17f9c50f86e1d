//! Alerts in words: present tense, numbers with units, no bare codes (`look.md`, Voice).

use super::{Change, Instance, Silence, State};
use crate::metric::{Labels, SeriesKey, Unit, names};
use crate::rule::{Aggregate, Level, Rule, Threshold};

/// What a series is about, for people: `CPU`, `Disk /home`, `host.custom (a=b)`.
pub fn subject(series: &SeriesKey) -> String {
    let label = |name: &str| series.labels.get(name).unwrap_or("?");
    match series.name.as_str() {
        names::CPU_USAGE => "CPU".to_owned(),
        names::CPU_CORE_USAGE => format!("Core {}", label("core")),
        names::LOAD_1M => "Load over 1 min".to_owned(),
        names::LOAD_5M => "Load over 5 min".to_owned(),
        names::LOAD_15M => "Load over 15 min".to_owned(),
        names::LOAD_PER_CORE => "Load per core".to_owned(),
        names::MEMORY_USAGE | names::MEMORY_USED => "Memory".to_owned(),
        names::MEMORY_AVAILABLE => "Available memory".to_owned(),
        names::MEMORY_TOTAL => "Memory size".to_owned(),
        names::MEMORY_PRESSURE | names::MEMORY_PRESSURE_LEVEL => "Memory pressure".to_owned(),
        names::SWAP_USED => "Swap".to_owned(),
        names::SWAP_TOTAL => "Swap size".to_owned(),
        names::SWAP_OUT => "Swapping out".to_owned(),
        names::DISK_USAGE => format!("Disk {}", label("mount")),
        names::DISK_FREE => format!("Free space on {}", label("mount")),
        names::DISK_TOTAL => format!("Size of {}", label("mount")),
        names::DISK_AVAILABLE => format!("Available space on {}", label("mount")),
        names::DISK_PURGEABLE => format!("Purgeable space on {}", label("mount")),
        names::DISK_READ => format!("Reads from {}", label("disk")),
        names::DISK_WRITTEN => format!("Writes to {}", label("disk")),
        names::DISK_BUSY => format!("Activity of {}", label("disk")),
        names::DISK_WEAR | names::DISK_FAILING => format!("Disk {}", label("disk")),
        names::DISK_SPARE => format!("Spare blocks of {}", label("disk")),
        names::DISK_POWER_ON => format!("Time on of {}", label("disk")),
        names::DISK_UNSAFE_SHUTDOWNS => format!("Power losses of {}", label("disk")),
        names::NETWORK_RECEIVED => format!("Received on {}", label("interface")),
        names::NETWORK_SENT => format!("Sent on {}", label("interface")),
        names::TEMPERATURE => format!("Temperature {}", label("sensor")),
        names::THERMAL_STATE => "Thermal state".to_owned(),
        names::CPU_THROTTLED => "CPU slowed by heat".to_owned(),
        names::GPU_USAGE => format!("GPU {}", label("gpu")),
        names::GPU_MEMORY => format!("Memory of the GPU {}", label("gpu")),
        names::GPU_MEMORY_TOTAL => format!("Memory size of the GPU {}", label("gpu")),
        names::GPU_MEMORY_SHARED => format!("Shared memory of the GPU {}", label("gpu")),
        names::POWER => format!("Power {}", label("part")),
        names::FAN => format!("Fan {}", label("fan")),
        names::UPTIME => "Uptime".to_owned(),
        names::PROCESS_COUNT => "Processes".to_owned(),
        names::CPU_PRESSURE => "CPU pressure".to_owned(),
        names::IO_PRESSURE => "Disk pressure".to_owned(),
        names::ROUND_TIME => "Time of a round".to_owned(),
        names::OWN_CPU_TIME => "Caretaker's CPU time".to_owned(),
        names::OWN_CPU_USAGE => "Caretaker's own CPU".to_owned(),
        names::OWN_MEMORY => "Caretaker's memory".to_owned(),
        names::OWN_WRITTEN => "Caretaker's writes".to_owned(),
        names::OWN_WRITTEN_DAY => "Caretaker's writes of a day".to_owned(),
        names::OWN_WAKEUPS => "Caretaker's wake-ups".to_owned(),
        names::OWN_DATABASE_SIZE => "Caretaker's databases".to_owned(),
        names::OWN_DATABASE_DAMAGED => format!("Damaged files of {}", label("database")),
        names::QUEUE_DEPTH => format!("Queue {}", label("queue")),
        names::SAMPLE_AGE => "Newest sample".to_owned(),
        names::COLLECTOR_FAILING => format!("Collector {}", label("collector")),
        names::CHANNEL_FAILING => format!("Channel {}", label("channel")),
        names::MODEL_SERVER_UP => format!("Model server {}", label("server")),
        names::BACKUP_AGE | names::BACKUP_FAILING => format!("Backup of {}", label("job")),
        names::BACKUP_MASS_CHANGE => format!("Files of {}", label("job")),
        names::BACKUP_VERIFICATION => format!("Archives of {}", label("job")),
        names::BACKUP_PROOF | names::BACKUP_PROOF_AGE => format!("Restore of {}", label("job")),
        names::DESTINATION_PRESENT => format!("Destination {}", label("destination")),
        names::DESTINATION_FREE => format!("Room at the destination {}", label("destination")),
        names::DESTINATION_USAGE => format!("Disk of the destination {}", label("destination")),
        names::DATABASE_INTEGRITY => format!("Database {}", label("database")),
        names::TASK_STATE => format!("The task {}", label("task")),
        names::BENCHMARK_SHARE => format!("Speed of {} beside what it was", label("part")),
        names::REPLICA_PENDING => format!("Copies at {}", label("destination")),
        names::MODEL_INSTALLED => format!("Models installed on {}", label("server")),
        names::MODEL_INSTALLED_BYTES => format!("Size of the models on {}", label("server")),
        names::MODEL_LOADED => format!("Models loaded by {}", label("server")),
        names::MODEL_MEMORY => format!("Memory of the model {}", label("model")),
        names::MODEL_TOKENS_PER_SECOND => format!("Speed of the model {}", label("model")),
        name if series.labels.is_empty() => name.to_owned(),
        name => {
            let labels: Vec<String> = series.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{name} ({})", labels.join(", "))
        }
    }
}

/// The judged value as people read it.
pub fn value_text(alert: &Instance) -> String {
    // What is over is told by how bad it was.
    let value = if alert.state == State::Resolved { alert.peak } else { alert.value };
    if let Some(word) = state_word(&alert.series.name, value).filter(|_| alert.unit != Unit::Seconds) {
        return word.to_owned();
    }
    match (alert.series.name.as_str(), value) {
        (names::DISK_USAGE, value) => format!("{} full", alert.unit.format(value)),
        (names::DISK_WEAR, value) => format!("{} worn", alert.unit.format(value)),
        (_, value) if runs_out(alert) => format!("used up in {}", alert.unit.format(value)),
        (names::SAMPLE_AGE | names::BACKUP_AGE, value) => format!("{} old", alert.unit.format(value)),
        (names::BACKUP_PROOF_AGE, value) => format!("not proven for {}", alert.unit.format(value)),
        (names::DESTINATION_USAGE, value) => format!("{} full", alert.unit.format(value)),
        (_, value) => alert.unit.format(value),
    }
}

/// The word for a state that a series writes as a number; none for series that measure something.
pub fn state_word(series: &str, value: f64) -> Option<&'static str> {
    let words: &[(f64, &str)] = match series {
        names::THERMAL_STATE => &[(2.5, "critical"), (1.5, "serious"), (0.5, "fair"), (f64::MIN, "nominal")],
        names::MEMORY_PRESSURE_LEVEL => &[(2.5, "critical"), (1.5, "warning"), (f64::MIN, "normal")],
        names::COLLECTOR_FAILING | names::CHANNEL_FAILING => &[(0.25, "failing"), (f64::MIN, "working")],
        names::DISK_FAILING => &[(0.5, "failing"), (f64::MIN, "healthy")],
        names::MODEL_SERVER_UP => &[(0.5, "up"), (f64::MIN, "down")],
        names::BACKUP_FAILING => &[(0.5, "failing"), (f64::MIN, "working")],
        names::BACKUP_MASS_CHANGE => &[(0.5, "mostly changed at once"), (f64::MIN, "as usual")],
        names::BACKUP_VERIFICATION => &[(0.5, "intact"), (f64::MIN, "damaged")],
        names::BACKUP_PROOF => &[(0.5, "proven"), (f64::MIN, "failed in a drill")],
        names::DATABASE_INTEGRITY => &[(0.5, "whole"), (f64::MIN, "damaged")],
        names::TASK_STATE => &[(1.5, "failed"), (0.5, "found something to look at"), (f64::MIN, "well")],
        names::DESTINATION_PRESENT => &[(0.5, "there"), (f64::MIN, "missing")],
        _ => return None,
    };
    words.iter().find(|(least, _)| value >= *least).map(|(_, word)| *word)
}

/// The word for the first state beyond a bound: `serious` for a thermal state above 1.5.
pub fn state_beyond(series: &str, threshold: Threshold) -> Option<&'static str> {
    let first = match threshold {
        Threshold::Above(bound) => bound.floor() + 1.0,
        Threshold::Below(bound) => bound.ceil() - 1.0,
    };
    state_word(series, first)
}

/// What of a series is judged, in words: `5-min mean`; empty for its newest value.
pub fn judged(rule: &Rule) -> String {
    let figure = match rule.of {
        Aggregate::Last | Aggregate::Forecast | Aggregate::Absent => return String::new(),
        Aggregate::Avg => "mean",
        Aggregate::Min => "lowest",
        Aggregate::Max => "highest",
        Aggregate::P50 => "median",
        Aggregate::P95 => "95th percentile",
        Aggregate::P99 => "99th percentile",
        Aggregate::Sum => "sum",
        Aggregate::Rate => "rate",
        Aggregate::Delta => "change",
    };
    // A length of one unit is an adjective; `1-h-30-min mean` would not be read.
    match rule.over.map(crate::time::Span::in_words) {
        Some(over) if over.matches(' ').count() == 1 => format!("{} {figure}", over.replace(' ', "-")),
        Some(over) => format!("{figure} over {over}"),
        None => figure.to_owned(),
    }
}

/// Labels in words: `mount /`, `core 3, node a`.
pub fn labels(labels: &Labels) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name} {value}")).collect();
    pairs.join(", ")
}

/// What a silence mutes: `Everything` for maintenance, `Disk nearly full (mount /)`. `rule` and `alert` are those that it names, as far as they exist.
pub fn silenced(silence: &Silence, rule: Option<&Rule>, alert: Option<&Instance>) -> String {
    let title = rule.map(|rule| rule.title.clone()).or_else(|| silence.rule.clone());
    let (what, of) = match (&silence.alert, alert) {
        (Some(_), Some(alert)) => (title.unwrap_or_else(|| alert.rule.clone()), &alert.series.labels),
        (Some(_), None) => (title.unwrap_or_else(|| "An alert that is over".to_owned()), &silence.labels),
        (None, _) => (title.unwrap_or_else(|| "Everything".to_owned()), &silence.labels),
    };
    if of.is_empty() { what } else { format!("{what} ({})", labels(of)) }
}

/// Whether it is about when space is used up: the series counts bytes, so seconds come from a forecast.
fn runs_out(alert: &Instance) -> bool {
    alert.series.name == names::DISK_FREE && alert.unit == Unit::Seconds
}

/// `above 90 %`.
pub fn threshold_text(threshold: Threshold, alert: &Instance) -> String {
    let bound = alert.unit.format(threshold.bound());
    match threshold {
        Threshold::Above(_) => format!("above {bound}"),
        Threshold::Below(_) => format!("below {bound}"),
    }
}

/// Subject, value and duration: `CPU 93 % for 4 min`, in time awake. What is back in bounds was not so for that long: `CPU
/// 40 %, recovering`. A forecast says how sure it is: `Free space on / used up in 5 d (4 to 7 d)`.
pub fn short(alert: &Instance) -> String {
    let range = range_text(alert).map(|range| format!(" ({range})")).unwrap_or_default();
    format!("{}{range}", bare(alert))
}

fn bare(alert: &Instance) -> String {
    let subject = subject(&alert.series);
    let lasted = alert.lasted();
    if alert.state == State::Recovering {
        return format!("{subject} {}, recovering", value_text(alert));
    }
    if lasted.as_millis() < 1_000 || runs_out(alert) {
        return format!("{subject} {}", value_text(alert));
    }
    format!("{subject} {} for {}", value_text(alert), lasted.in_words())
}

/// How sure a forecast is, while it is judged to have an end: `4 to 7 d`.
pub fn range_text(alert: &Instance) -> Option<String> {
    let outlook = alert.outlook.filter(|_| matches!(alert.state, State::Pending | State::Firing))?;
    Some(outlook.in_words()).filter(|range| !range.is_empty())
}

/// The whole sentence: `CPU 93 % for 4 min (critical above 90 %)`, `CPU 93 % for 4 min (5-min mean, critical above 90 %)`,
/// `CPU 40 %, recovering (was above 90 %)`. What probably led to it stands behind: `; /srv/models grew by 34 GB in 7 days`. `rule` is the one that it was raised by.
pub fn summary(alert: &Instance, rule: Option<&Rule>) -> String {
    // The word of a state says all; the number behind it would not be understood.
    let threshold = rule.and_then(|rule| rule.threshold(alert.level));
    let threshold = threshold.filter(|_| state_word(&alert.series.name, alert.value).is_none());
    let bound = threshold.map(|threshold| {
        let text = threshold_text(threshold, alert);
        if alert.state == State::Recovering { format!("was {text}") } else { format!("{} {text}", alert.level) }
    });
    let what = match rule.map(|rule| rule.of) {
        Some(Aggregate::Absent) => missing(alert),
        Some(Aggregate::Forecast) if !runs_out(alert) && alert.state != State::Recovering => {
            format!("{} used up in {}", subject(&alert.series), value_text(alert))
        }
        Some(_) | None => bare(alert),
    };
    let figure = rule.map(judged).filter(|figure| !figure.is_empty());
    let remarks: Vec<String> = range_text(alert).into_iter().chain(figure).chain(bound).collect();
    let remarks = if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join(", ")) };
    let stale = if alert.no_data { "; no values come any more" } else { "" };
    let cause = alert.cause.as_ref().map(|cause| format!("; {cause}")).unwrap_or_default();
    format!("{what}{remarks}{stale}{cause}")
}

/// What is judged by its absence: `No value of board.orders for 12 min`.
fn missing(alert: &Instance) -> String {
    let subject = subject(&alert.series);
    match alert.state {
        State::Recovering => format!("Values of {subject} come again"),
        State::Pending | State::Firing | State::Resolved => format!("No value of {subject} for {}", value_text(alert)),
    }
}

/// An entry of a timeline in a sentence.
pub fn change(change: &Change) -> String {
    match change {
        Change::Pended => "Out of bounds for the first time".to_owned(),
        Change::Dropped => "Back in bounds before it was raised".to_owned(),
        Change::Fired { level: Level::Warning } => "Raised as a warning".to_owned(),
        Change::Fired { level: Level::Critical } => "Raised as critical".to_owned(),
        Change::Worsened => "Became critical".to_owned(),
        Change::Eased => "Eased to a warning".to_owned(),
        Change::Recovering => "Back in bounds; waiting whether it stays so".to_owned(),
        Change::Relapsed => "Out of bounds again".to_owned(),
        Change::Resolved { reason } => format!("Resolved: {reason}"),
        Change::Flapping { turns } => format!("Goes up and down: {turns} turns within 30 min; kept as one alert"),
        Change::DataLost => "Values stopped coming; the alert is kept as it is".to_owned(),
        Change::DataBack => "Values come again".to_owned(),
        Change::Acknowledged { note } if note.is_empty() => "Acknowledged".to_owned(),
        Change::Acknowledged { note } => format!("Acknowledged: {note}"),
        Change::Snoozed { until } => format!("Snoozed until {until}"),
        Change::Ran { runbook, step, title, result, .. } => {
            format!("Ran step {step} of the runbook {runbook} ({title}): {result}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Outlook;
    use crate::alert::SilenceId;
    use crate::config::{Platform, Settings, default_rules};
    use crate::time::{Span, Timestamp};

    fn rule(id: &str) -> Rule {
        let interval = Settings::defaults(Platform::Linux).collect.interval;
        default_rules(Platform::Linux, interval).into_iter().find(|rule| rule.id == id).unwrap()
    }

    fn alert(series: SeriesKey, unit: Unit, value: f64, state: State) -> Instance {
        let spans = ["held", "calm"].map(|key| (key.to_owned(), "0s".into()));
        let texts = [("id", "a"), ("rule", "some-rule"), ("level", "critical")]
            .map(|(key, text)| (key.to_owned(), text.into()));
        let mut stored: serde_json::Map<String, serde_json::Value> = spans.into_iter().chain(texts).collect();
        stored.extend([
            ("meaning".to_owned(), 0.into()),
            ("series".to_owned(), serde_json::to_value(series).unwrap()),
            ("unit".to_owned(), serde_json::to_value(unit).unwrap()),
            ("state".to_owned(), serde_json::to_value(state).unwrap()),
            ("since".to_owned(), serde_json::to_value(Timestamp::default()).unwrap()),
            ("value".to_owned(), value.into()),
            ("peak".to_owned(), value.into()),
            ("no_data".to_owned(), false.into()),
        ]);
        serde_json::from_value(stored.into()).unwrap()
    }

    /// The sentence after four minutes.
    fn check(rule: &Rule, alert: &Instance, expected: &str) {
        let (held, up) = (Span::from_minutes(1), Span::from_minutes(3));
        assert_eq!(summary(&Instance { up, held, ..alert.clone() }, Some(rule)), expected);
    }

    #[test]
    fn a_night_asleep_is_no_part_of_how_long_it_lasts() {
        let mut cpu = alert(SeriesKey::plain(names::CPU_USAGE), Unit::Percent, 85.0, State::Resolved);
        (cpu.held, cpu.up) = (Span::from_minutes(1), Span::from_minutes(13));
        cpu.resolved_at = Some(cpu.since + Span::from_hours(8));
        assert_eq!(short(&cpu), "CPU 85 % for 14 min");
    }

    #[test]
    fn a_forecast_says_how_sure_it_is() {
        let disk = SeriesKey::labelled(names::DISK_FREE, "mount", "/");
        let mut alert = alert(disk, Unit::Seconds, 5.0 * 86_400.0, State::Firing);
        let days = Span::from_days;
        alert.outlook = Some(Outlook { earliest: days(4), latest: days(7), tentative: false });
        assert_eq!(short(&alert), "Free space on / used up in 5 d (4 to 7 d)");
        check(&rule("disk-forecast"), &alert, "Free space on / used up in 5 d (4 to 7 d, critical below 1 d)");
        alert.state = State::Recovering;
        assert_eq!(range_text(&alert), None);
    }

    #[test]
    fn what_is_judged_and_what_is_over_are_said() {
        let cpu = |value, state| alert(SeriesKey::plain(names::CPU_USAGE), Unit::Percent, value, state);
        check(&rule("cpu-high"), &cpu(93.0, State::Firing), "CPU 93 % for 4 min (5-min mean, critical above 90 %)");
        check(&rule("cpu-high"), &cpu(40.0, State::Recovering), "CPU 40 %, recovering (5-min mean, was above 90 %)");
        let long = Rule { over: Some(Span::from_minutes(90)), of: Aggregate::P95, ..rule("cpu-high") };
        assert_eq!(judged(&long), "95th percentile over 1 h 30 min");
    }

    #[test]
    fn what_is_missed_and_what_runs_out_are_told_as_that() {
        let orders = |unit, value, state| alert(SeriesKey::plain("board.orders"), unit, value, state);
        let warning = |of, bound| Rule { of, over: None, critical: Some(bound), ..rule("cpu-high") };
        let absent = warning(Aggregate::Absent, Threshold::Above(600.0));
        let text = "No value of board.orders for 12 min (critical above 10 min)";
        check(&absent, &orders(Unit::Seconds, 720.0, State::Firing), text);
        let text = "Values of board.orders come again (was above 10 min)";
        check(&absent, &orders(Unit::Seconds, 0.0, State::Recovering), text);
        let forecast = warning(Aggregate::Forecast, Threshold::Below(86_400.0));
        let text = "board.orders used up in 5 h (critical below 1 d)";
        check(&forecast, &orders(Unit::Seconds, 18_000.0, State::Firing), text);
    }

    #[test]
    fn states_are_words_and_no_numbers() {
        let hot = alert(SeriesKey::plain(names::THERMAL_STATE), Unit::Count, 3.0, State::Firing);
        check(&rule("thermal"), &hot, "Thermal state critical for 4 min");
        assert_eq!(state_beyond(names::THERMAL_STATE, Threshold::Above(1.5)), Some("serious"));
        assert_eq!(state_beyond(names::COLLECTOR_FAILING, Threshold::Above(0.5)), Some("failing"));
        assert_eq!(state_beyond(names::CPU_USAGE, Threshold::Above(75.0)), None);
    }

    #[test]
    fn the_health_of_a_disk_is_told_in_words() {
        let of_disk =
            |name, unit, value| alert(SeriesKey::labelled(name, "disk", "nvme0n1"), unit, value, State::Firing);
        let worn = of_disk(names::DISK_WEAR, Unit::Percent, 83.0);
        check(&rule("disk-wear"), &worn, "Disk nvme0n1 83 % worn for 4 min (critical above 95 %)");
        let broken = of_disk(names::DISK_FAILING, Unit::Count, 1.0);
        check(&rule("disk-failing"), &broken, "Disk nvme0n1 failing for 4 min");
        assert_eq!(state_beyond(names::DISK_FAILING, Threshold::Above(0.5)), Some("failing"));
    }

    #[test]
    fn every_series_of_caretaker_has_a_name_for_people() {
        let source = include_str!("../metric/names.rs");
        let all: Vec<&str> = source.lines().filter_map(|line| line.split('"').nth(1)).collect();
        assert!(all.len() > 30, "{all:?}");
        for name in all {
            let words = subject(&SeriesKey::plain(name));
            assert!(!words.contains("host.") && !words.contains("caretaker."), "{name}: {words}");
        }
    }

    #[test]
    fn a_silence_is_named_by_the_title_of_its_rule_and_its_labels() {
        let silence = |rule: Option<&str>, labels| Silence {
            except: None,
            until_resolved: false,
            window: None,
            id: SilenceId("s".to_owned()),
            rule: rule.map(str::to_owned),
            alert: None,
            labels,
            from: Timestamp::default(),
            until: Timestamp::default(),
            reason: String::new(),
        };
        let disk = rule("disk-space");
        let root = Labels::one("mount", "/");
        let by_rule = silence(Some("disk-space"), root.clone());
        assert_eq!(silenced(&by_rule, Some(&disk), None), "Disk nearly full (mount /)");
        assert_eq!(silenced(&silence(Some("gone"), Labels::none()), None, None), "gone");
        let full =
            alert(SeriesKey { name: names::DISK_USAGE.to_owned(), labels: root }, Unit::Percent, 91.0, State::Firing);
        let by_alert = Silence { alert: Some(full.id.clone()), ..silence(None, Labels::none()) };
        assert_eq!(silenced(&by_alert, Some(&disk), Some(&full)), "Disk nearly full (mount /)");
    }
}
