//! The first page in one answer: tiles of what this machine has, with the last hour of each.

use caretaker_core::alert::{State, words};
use caretaker_core::metric::{Labels, Point, Reading, Resolution, SeriesKey, SeriesPoints, Unit, names};
use caretaker_core::problem::Problem;
use caretaker_core::rule::{Level, Rule};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{OverallState, Overview, ProcessTable, Tile, TileDetail};

use crate::engine::{Engine, Inner};
use crate::latest::Latest;

const HOUR: Span = Span::from_hours(1);

/// A tile before its chart: which series, and which further figures.
struct Plan {
    id: String,
    title: String,
    series: SeriesKey,
    unit: Unit,
    details: Vec<(&'static str, Option<f64>, Unit)>,
}

impl Engine {
    /// Everything that the first page shows.
    pub async fn overview(&self) -> Result<Overview, Problem> {
        let status = self.status(None).await?;
        let latest = self.latest();
        let (from, to) = (status.at - HOUR, status.at);
        let plans = plans(&latest);
        let wanted: Vec<String> = {
            let mut wanted: Vec<String> = plans.iter().map(|plan| plan.series.name.clone()).collect();
            wanted.dedup();
            wanted
        };
        let (charts, marks) = self
            .blocking(move |inner| {
                let mut charts = Vec::new();
                for name in wanted {
                    charts.extend(inner.metrics.points(
                        &name,
                        &Labels::none(),
                        from,
                        to + Span::from_millis(1),
                        Resolution::Raw,
                    )?);
                }
                Ok((charts, inner.metrics.marks(from, to)?))
            })
            .await?;
        let settings = self.settings();
        let tiles: Vec<Tile> = plans.into_iter().map(|plan| tile(plan, &latest, &charts, &settings.rules)).collect();
        let tiles = self.blocking(move |inner| Ok(with_unusual(inner, tiles, to))).await?;
        let processes = latest.processes.clone().map(|(at, processes)| ProcessTable { at, processes });
        Ok(Overview { status, tiles, processes, marks, from, to })
    }
}

/// What this machine has, in the order of the page. Before the first round there is nothing to show.
fn plans(latest: &Latest) -> Vec<Plan> {
    let plain = |id: &str, title: &str, name: &str, unit, details| Plan {
        id: id.to_owned(),
        title: title.to_owned(),
        series: SeriesKey::plain(name),
        unit,
        details,
    };
    let mut plans = vec![plain(
        "cpu",
        "CPU",
        names::CPU_USAGE,
        Unit::Percent,
        vec![
            ("Load 1 min", latest.value(names::LOAD_1M), Unit::Ratio),
            ("15 min", latest.value(names::LOAD_15M), Unit::Ratio),
        ],
    )];
    let memory = vec![
        ("Used", latest.value(names::MEMORY_USED), Unit::Bytes),
        ("Available", latest.value(names::MEMORY_AVAILABLE), Unit::Bytes),
        ("Pressure", latest.value(names::MEMORY_PRESSURE), Unit::Percent),
    ];
    let judged_on_pressure = latest.value(names::MEMORY_PRESSURE_LEVEL).is_some();
    let memory_series = if judged_on_pressure { names::MEMORY_PRESSURE } else { names::MEMORY_USAGE };
    let memory_title = if judged_on_pressure { "Memory pressure" } else { "Memory" };
    plans.push(plain("memory", memory_title, memory_series, Unit::Percent, memory));
    if latest.value(names::SWAP_TOTAL).is_some_and(|total| total > 0.0) {
        let details = vec![
            ("Of", latest.value(names::SWAP_TOTAL), Unit::Bytes),
            ("Swapping out", latest.value(names::SWAP_OUT), Unit::BytesPerSecond),
        ];
        plans.push(plain("swap", "Swap", names::SWAP_USED, Unit::Bytes, details));
    }
    let cards: Vec<&Reading> = latest.all(names::GPU_USAGE).collect();
    plans.extend(cards.iter().map(|reading| gpu(reading, cards.len(), latest)));
    plans.extend(latest.all(names::DISK_USAGE).map(|reading| disk(reading, latest)));
    plans.extend(latest.all(names::DISK_WRITTEN).map(|reading| activity(reading, latest)));
    plans.extend(latest.all(names::NETWORK_RECEIVED).map(|reading| network(reading, latest)));
    plans.extend(heat(latest));
    plans
}

/// Heat, and what makes and carries it away: the hottest sensor with power and fans beside it. A machine that shows no
/// temperature has the first of the others in its place, and one that shows nothing has no tile.
fn heat(latest: &Latest) -> Option<Plan> {
    let highest = |name| latest.all(name).max_by(|a, b| a.value.total_cmp(&b.value));
    let plan = |id: &str, title: &str, reading: &Reading, details| Plan {
        id: id.to_owned(),
        title: title.to_owned(),
        series: SeriesKey::clone(&reading.key),
        unit: reading.unit,
        details,
    };
    let (power, fan) = (power(latest), highest(names::FAN));
    let of_power = ("Power", power.map(|power| power.value), Unit::Watts);
    let of_fan = ("Fan", fan.map(|fan| fan.value), Unit::TurnsPerMinute);
    if let Some(hottest) = highest(names::TEMPERATURE) {
        return Some(plan("temperature", "Temperature", hottest, vec![of_power, of_fan]));
    }
    if let Some(power) = power {
        return Some(plan("power", "Power", power, vec![of_fan]));
    }
    fan.map(|fan| plan("fan", "Fan", fan, Vec::new()))
}

/// Of the whole machine where that is measured, else of its CPU.
fn power(latest: &Latest) -> Option<&Reading> {
    let of = |part: &str| latest.all(names::POWER).find(|reading| reading.key.labels.get("part") == Some(part));
    of("total").or_else(|| of("cpu")).or_else(|| latest.all(names::POWER).next())
}

fn gpu(reading: &Reading, cards: usize, latest: &Latest) -> Plan {
    let name = reading.key.labels.get("gpu").unwrap_or("?");
    Plan {
        id: format!("gpu:{name}"),
        title: if cards == 1 { "GPU".to_owned() } else { format!("GPU {name}") },
        series: SeriesKey::clone(&reading.key),
        unit: Unit::Percent,
        details: vec![
            ("Memory", latest.labelled(names::GPU_MEMORY, &reading.key.labels), Unit::Bytes),
            ("Of", latest.labelled(names::GPU_MEMORY_TOTAL, &reading.key.labels), Unit::Bytes),
            ("Shared", latest.labelled(names::GPU_MEMORY_SHARED, &reading.key.labels), Unit::Bytes),
        ],
    }
}

/// How worn a disk is. macOS names the container in one series (`disk3`) and the disk below it in the other (`disk0`);
/// where there is one of each, they belong together.
fn wear(labels: &Labels, latest: &Latest) -> Option<f64> {
    let only = |name| {
        let mut all = latest.all(name);
        let one = all.next().filter(|_| all.next().is_none())?;
        one.key.labels.get("disk")?.starts_with("disk").then_some(one.value)
    };
    let of_the_name = latest.labelled(names::DISK_WEAR, labels);
    of_the_name.or_else(|| only(names::DISK_WRITTEN).and_then(|_| only(names::DISK_WEAR)))
}

fn disk(reading: &Reading, latest: &Latest) -> Plan {
    let mount = reading.key.labels.get("mount").unwrap_or("?");
    Plan {
        id: format!("disk:{mount}"),
        title: format!("Disk {mount}"),
        series: SeriesKey::clone(&reading.key),
        unit: Unit::Percent,
        details: vec![
            ("Free", latest.labelled(names::DISK_FREE, &reading.key.labels), Unit::Bytes),
            ("Of", latest.labelled(names::DISK_TOTAL, &reading.key.labels), Unit::Bytes),
        ],
    }
}

fn activity(reading: &Reading, latest: &Latest) -> Plan {
    let disk = reading.key.labels.get("disk").unwrap_or("?");
    Plan {
        id: format!("activity:{disk}"),
        title: format!("Writes to {disk}"),
        series: SeriesKey::clone(&reading.key),
        unit: Unit::BytesPerSecond,
        details: vec![
            ("Reads", latest.labelled(names::DISK_READ, &reading.key.labels), Unit::BytesPerSecond),
            ("Busy", latest.labelled(names::DISK_BUSY, &reading.key.labels), Unit::Percent),
            ("Worn", wear(&reading.key.labels, latest), Unit::Percent),
        ],
    }
}

fn network(reading: &Reading, latest: &Latest) -> Plan {
    let interface = reading.key.labels.get("interface").unwrap_or("?");
    Plan {
        id: format!("network:{interface}"),
        title: format!("Network {interface}"),
        series: SeriesKey::clone(&reading.key),
        unit: Unit::BytesPerSecond,
        details: vec![("Sent", latest.labelled(names::NETWORK_SENT, &reading.key.labels), Unit::BytesPerSecond)],
    }
}

fn tile(plan: Plan, latest: &Latest, charts: &[SeriesPoints], rules: &[Rule]) -> Tile {
    let points: Vec<Point> =
        charts.iter().find(|chart| chart.key == plan.series).map(|chart| chart.points.clone()).unwrap_or_default();
    let value = latest.readings.iter().find(|reading| *reading.key == plan.series).map(|reading| reading.value);
    let judges =
        |rule: &&Rule| rule.enabled && rule.metric == plan.series.name && plan.series.labels.matches(&rule.filter);
    let rule = rules.iter().find(judges);
    let details = plan.details.into_iter().filter_map(|(label, value, unit)| {
        value.map(|value| TileDetail { label: label.to_owned(), text: unit.format(value) })
    });
    Tile {
        state: state(&plan.series, latest),
        reason: reason(&plan.series, latest, rules),
        id: plan.id,
        title: plan.title,
        text: value.map_or_else(|| "no value yet".to_owned(), |value| plan.unit.format(value)),
        value,
        unit: plan.unit,
        unusual: None,
        details: details.collect(),
        points,
        warning: rule.and_then(|rule| rule.threshold(Level::Warning)),
        critical: rule.and_then(|rule| rule.threshold(Level::Critical)),
        series: plan.series,
    }
}

/// Marks what is unusual. What cannot be read is not marked: it is information only.
fn with_unusual(inner: &Inner, mut tiles: Vec<Tile>, now: Timestamp) -> Vec<Tile> {
    let mut baselines = inner.baselines.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for tile in &mut tiles {
        match baselines.judge(&inner.metrics, &tile.series, tile.unit, &tile.points, now) {
            Ok(unusual) => tile.unusual = unusual,
            Err(error) => tracing::debug!(%error, "what is usual could not be read"),
        }
    }
    tiles
}

/// What the worst alert on this series judges, where that is another figure than the tile shows.
fn reason(series: &SeriesKey, latest: &Latest, rules: &[Rule]) -> String {
    let up = latest.open.iter().filter(|alert| alert.is_raised() && *alert.series == *series);
    let Some(worst) = up.max_by_key(|alert| alert.level) else { return String::new() };
    if let Some(range) = words::range_text(worst) {
        return format!("{} ({range})", words::value_text(worst));
    }
    let judged = rules.iter().find(|rule| rule.id == worst.rule).map(words::judged).unwrap_or_default();
    match (worst.state == State::Recovering, judged.is_empty()) {
        (true, true) => "recovering".to_owned(),
        (true, false) => format!("{judged} {}, recovering", words::value_text(worst)),
        (false, true) => String::new(),
        (false, false) => format!("{judged} {}", words::value_text(worst)),
    }
}

/// By the alerts that are up on this series, silenced or not: the tile shows the machine, not the owner's wishes.
fn state(series: &SeriesKey, latest: &Latest) -> OverallState {
    let up = latest.open.iter().filter(|alert| alert.is_raised() && *alert.series == *series);
    match up.map(|alert| alert.level).max() {
        Some(Level::Critical) => OverallState::Critical,
        Some(Level::Warning) => OverallState::Warning,
        None => OverallState::Ok,
    }
}
