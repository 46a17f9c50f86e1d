//! The nights in which clocks change, each in a process that lives in the zone, because the engine asks the system for it:
//! sleeps, dark wakes, a clock that is set, quiet hours, a maintenance window, an export, and alerts that are real.

use std::collections::BTreeSet;
use std::process::Command;

use caretaker_core::metric::{Labels, MarkKind};
use caretaker_core::notice::Notice;
use caretaker_core::time::{Clock, Span, Timestamp};
use caretaker_engine::PointsQuery;
use caretaker_testkit::World;
use chrono::{DateTime, Local, NaiveDateTime, TimeDelta};

/// A night: the zone as POSIX writes it, so that no database of zones is needed; noon of the day before; hours from there
/// to the next noon; when the window opens, local time and UTC.
struct Night {
    zone: &'static str,
    noon: &'static str,
    hours: i64,
    window: (&'static str, &'static str),
}

const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";
const NEW_YORK: &str = "EST5EDT,M3.2.0,M11.1.0";

const NIGHTS: [Night; 4] = [
    // From 02:00 to 03:00: half past two is skipped, and the window opens when the clocks have changed.
    Night { zone: BERLIN, noon: "2026-03-28 12:00", hours: 23, window: ("02:30", "2026-03-29T01:00:00.000Z") },
    // From 03:00 back to 02:00: half past two comes twice.
    Night { zone: BERLIN, noon: "2026-10-24 12:00", hours: 25, window: ("02:30", "2026-10-25T00:30:00.000Z") },
    Night { zone: NEW_YORK, noon: "2026-03-07 12:00", hours: 23, window: ("02:30", "2026-03-08T07:00:00.000Z") },
    // From 02:00 back to 01:00.
    Night { zone: NEW_YORK, noon: "2026-10-31 12:00", hours: 25, window: ("01:30", "2026-11-01T05:30:00.000Z") },
];

/// The environment variable that says which of them.
const WHICH: &str = "CARETAKER_TEST_NIGHT";

fn live_through(number: usize) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "clock_change::a_night_in_the_zone_of_this_process", "--ignored"])
        .env("TZ", NIGHTS[number].zone)
        .env(WHICH, number.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&child.stderr));
}

#[test]
fn the_night_in_which_berlin_loses_an_hour() {
    live_through(0);
}

#[test]
fn the_night_in_which_berlin_gains_an_hour() {
    live_through(1);
}

#[test]
fn the_night_in_which_new_york_loses_an_hour() {
    live_through(2);
}

#[test]
fn the_night_in_which_new_york_gains_an_hour() {
    live_through(3);
}

/// What happened, with the time that clocks on the wall showed.
struct Diary {
    told: Vec<(String, String)>,
    /// When the maintenance window opened, each time that it did.
    opened: BTreeSet<String>,
}

fn local(world: &World) -> DateTime<Local> {
    world.clock.moment().wall.to_utc().with_timezone(&Local)
}

fn at(local: &str) -> Timestamp {
    let naive = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
    Timestamp::from_millis(naive.and_local_timezone(Local).earliest().unwrap().timestamp_millis())
}

/// In two words: whether it is about one alert or several, and how bad.
fn told(notice: &Notice) -> String {
    let about = if notice.alert.0.starts_with("digest-") { "several" } else { "one" };
    format!("{about} {}", notice.level)
}

impl Diary {
    async fn round(&mut self, world: &World) {
        world.round().await.unwrap();
        let shown = local(world).format("%H:%M").to_string();
        let news = world.notifier.delivered().into_iter().skip(self.told.len());
        self.told.extend(news.map(|notice| (shown.clone(), told(&notice))));
        let open = world.status().await.unwrap().silences;
        self.opened.extend(open.into_iter().map(|view| view.silence.from.to_string()));
    }

    async fn awake(&mut self, world: &World, minutes: i64) {
        for _ in 0..minutes {
            world.clock.advance(Span::from_minutes(1));
            self.round(world).await;
        }
    }

    async fn awake_until(&mut self, world: &World, end: Timestamp) {
        while world.clock.moment().wall < end {
            self.awake(world, 1).await;
        }
    }
}

/// Series with a rule of their own: its bound, and what is beyond it.
const WARNINGS: [(&str, f64, f64); 5] = [
    ("host.swap.used", 5e9, 6e9),
    ("host.gpu.usage", 90.0, 95.0),
    ("host.fan", 5_000.0, 6_000.0),
    ("host.network.received", 1e9, 2e9),
    ("host.network.sent", 1e9, 2e9),
];

/// Five warnings of the night, one critical alert that is told in it, and nothing else.
fn configuration(night: &Night, exports: &std::path::Path) -> String {
    let rules = WARNINGS.iter().enumerate().map(|(n, (metric, bound, _))| {
        format!("[[rule]]\nid = \"own-{n}\"\nmetric = \"{metric}\"\nfor = \"2m\"\nwarning = {{ above = {bound} }}\n\n")
    });
    format!(
        "[collect]\ninterval = \"1m\"\n\n[notify]\nrepeat = \"7d\"\n\n\
         [[notify.quiet]]\nfrom = \"22:00\"\nto = \"07:00\"\nexcept = \"critical\"\n\n\
         [[notify.maintenance]]\nid = \"updates\"\nevery = \"daily {}\"\nfor = \"40m\"\nwhere = {{ mount = \"/data\" }}\n\n\
         [[export]]\nid = \"day\"\nfolder = \"{}\"\nnames = [\"host.cpu.usage\"]\n\n{}",
        night.window.0,
        exports.display(),
        rules.collect::<String>()
    )
}

#[tokio::test]
#[ignore = "the others start it, in a process with the zone of its night"]
async fn a_night_in_the_zone_of_this_process() {
    let night = &NIGHTS[std::env::var(WHICH).unwrap().parse::<usize>().unwrap()];
    let noon = at(night.noon);
    let next_noon = at(&(NaiveDateTime::parse_from_str(night.noon, "%Y-%m-%d %H:%M").unwrap() + TimeDelta::days(1))
        .format("%Y-%m-%d %H:%M")
        .to_string());
    assert_eq!(
        next_noon.since(noon).as_millis(),
        night.hours * 3_600_000,
        "this process does not live in {}",
        night.zone
    );
    let exports = tempfile::tempdir().unwrap();
    let world = World::beginning(noon, &configuration(night, exports.path())).unwrap();
    let mut diary = Diary { told: Vec::new(), opened: BTreeSet::new() };

    // The evening, with warnings that come when it is quiet already.
    world.clock.advance(Span::from_minutes(1));
    diary.round(&world).await;
    world.clock.sleep_machine(at(&format!("{} 21:50", &night.noon[..10])).since(world.clock.moment().wall));
    diary.awake(&world, 20).await;
    for (metric, _, beyond) in WARNINGS {
        world.set(metric, beyond);
    }
    diary.awake(&world, 10).await;
    assert_eq!(world.status().await.unwrap().alerts.len(), 5, "raised, and nobody is told: {:?}", diary.told);

    // Ten sleeps over the change; waking is a minute of full load.
    for nap in 1..=10 {
        world.clock.sleep_machine(Span::from_minutes(30));
        world.set("host.cpu.usage", 100.0);
        diary.awake(&world, 1).await;
        world.set("host.cpu.usage", 10.0);
        if nap == 9 {
            world.set("host.disk.usage", 97.0);
        }
        diary.awake(&world, 15).await;
        if nap == 5 {
            world.clock.step(Span::ZERO - Span::from_minutes(4));
        }
    }
    let morning = local(&world);
    assert_eq!(diary.told.len(), 1, "the disk and nothing else: {:?}", diary.told);
    assert_eq!(diary.told[0].1, "one critical");
    let shown = morning.format("%H:%M").to_string();
    assert!(diary.told[0].0 < shown && shown.as_str() < "07:00", "{:?}, and it is {shown}", diary.told);

    diary.awake_until(&world, next_noon + Span::from_minutes(30)).await;
    let expected = [("07:00".to_owned(), "several warning".to_owned())];
    assert_eq!(diary.told[1..], expected, "the warnings are told when it is seven on the wall, once and as one");
    assert_eq!(diary.opened.into_iter().collect::<Vec<_>>(), [night.window.1], "the window opened once");
    assert_eq!(world.status().await.unwrap().alerts.len(), 6);
    assert!(world.status().await.unwrap().degraded.is_empty());

    let files = std::fs::read_dir(exports.path()).unwrap().count();
    assert_eq!(
        files as i64,
        if night.hours == 23 { 1 } else { 2 },
        "every 24 hours that passed, whatever clocks showed"
    );
    let query = PointsQuery {
        name: "host.cpu.usage".into(),
        labels: Labels::none(),
        from: Some(noon),
        to: Some(next_noon),
        ..PointsQuery::default()
    };
    let marks = world.engine().points(query).await.unwrap().marks;
    let count = |kind| marks.iter().filter(|mark| mark.kind == kind).count();
    assert_eq!((count(MarkKind::Sleep), count(MarkKind::ClockStep)), (11, 1), "the change of the clocks is no step");
}
