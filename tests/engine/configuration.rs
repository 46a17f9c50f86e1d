//! The file while the engine runs: taken over when good, left alone when bad.

use caretaker_core::problem::Code;
use caretaker_core::rule::Threshold;
use caretaker_core::time::Span;
use caretaker_core::view::SetRequest;
use caretaker_testkit::World;

use crate::small_disk::SmallDisk;

#[tokio::test]
async fn a_changed_file_is_taken_over_and_a_bad_one_leaves_the_last_good_in_force() {
    let world = World::with_configuration("[collect]\ninterval = \"10s\"\n").unwrap();
    assert_eq!(world.engine().settings().collect.interval, Span::from_seconds(10));
    world.configure("[collect]\ninterval = \"20s\"\n").unwrap();
    world.engine().reload().await.unwrap();
    assert_eq!(world.engine().settings().collect.interval, Span::from_seconds(20));
    world.configure("[collect]\ninterval = \"20 parsecs\"\nprocesses = \"many\"\n").unwrap();
    let problem = world.engine().reload().await.unwrap_err();
    assert_eq!(problem.code, Code::InvalidConfiguration);
    assert!(problem.message.contains("2 mistakes"), "every mistake is told: {}", problem.message);
    assert_eq!(world.engine().settings().collect.interval, Span::from_seconds(20));
    assert_eq!(world.status().await.unwrap().degraded[0].part, "configuration");
    assert_eq!(world.engine().configuration().problems.len(), 2);
    world.configure("").unwrap();
    world.engine().reload().await.unwrap();
    assert!(world.status().await.unwrap().degraded.is_empty());
    assert_eq!(world.engine().settings().collect.interval, Span::from_seconds(30));
}

#[tokio::test]
async fn a_later_start_with_a_bad_file_uses_the_last_good_one_and_a_first_start_refuses() {
    let mut world = World::with_configuration("[collect]\ninterval = \"10s\"\n").unwrap();
    world.configure("[colect]\n").unwrap();
    world.restart().await.unwrap();
    assert_eq!(world.engine().settings().collect.interval, Span::from_seconds(10));
    assert_eq!(world.status().await.unwrap().degraded[0].part, "configuration");
    let Err(refused) = World::with_configuration("[colect]\n") else { panic!("a first start took a bad file") };
    assert_eq!(refused.code, Code::InvalidConfiguration);
    assert!(refused.message.contains("collect"), "it says what was meant: {}", refused.message);
}

#[tokio::test]
async fn set_keeps_comments_and_is_in_force_at_once() {
    let world = World::with_configuration("# mine\n[collect]\ninterval = \"10s\" # quick\n").unwrap();
    let set = |key: &str, value: &str| SetRequest { key: key.into(), value: Some(value.into()) };
    world.engine().set_configuration(set("rule.cpu-high.warning.above", "70")).await.unwrap();
    let view = world.engine().set_configuration(set("collect.interval", "15s")).await.unwrap();
    assert!(view.text.starts_with("# mine\n[collect]\ninterval = \"15s\" # quick\n"), "{}", view.text);
    let rule = world.engine().rules().rules.into_iter().find(|rule| rule.id == "cpu-high").unwrap();
    assert_eq!(rule.warning, Some(Threshold::Above(70.0)));
    let refused = world.engine().set_configuration(set("rule.cpu-high.warning.above", "95")).await.unwrap_err();
    assert_eq!(refused.code, Code::InvalidConfiguration, "a warning beyond critical: {}", refused.message);
    assert_eq!(world.engine().configuration().text, view.text, "and the file is as it was");
}

#[tokio::test]
async fn a_lower_threshold_takes_effect_without_a_restart() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    let set = SetRequest { key: "rule.cpu-high.warning.above".into(), value: Some("10".into()) };
    world.engine().set_configuration(set).await.unwrap();
    world.pass(Span::from_minutes(8)).await.unwrap();
    assert_eq!(world.status().await.unwrap().alerts[0].rule, "cpu-high");
}

#[tokio::test]
async fn changes_at_the_same_time_are_all_kept() {
    let world = World::new().unwrap();
    let set = |key: &str, value: &str| {
        world.engine().set_configuration(SetRequest { key: key.into(), value: Some(value.into()) })
    };
    let (first, second, third) = tokio::join!(
        set("collect.interval", "15s"),
        set("collect.processes", "7"),
        set("rule.cpu-high.warning.above", "70"),
    );
    for outcome in [first, second, third] {
        outcome.unwrap();
    }
    let settings = world.engine().settings();
    assert_eq!((settings.collect.interval, settings.collect.processes), (Span::from_seconds(15), 7));
    let rule = settings.rules.iter().find(|rule| rule.id == "cpu-high").unwrap();
    assert_eq!(rule.warning, Some(Threshold::Above(70.0)));
}

/// Replaces the text in place, as there is no room for a second file.
fn overwrite(world: &World, text: &str) {
    let file = std::fs::File::options().write(true).open(world.home().join("caretaker.toml")).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, text.as_bytes(), 0).unwrap();
}

#[tokio::test]
async fn a_change_on_a_full_disk_is_in_force_whole_and_remembered_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else { return };
    let mut world = World::at_home(disk.home()).unwrap();
    world.configure("[[rule]]\nid = \"cpu-high\"\nwarning.above = 85\n").unwrap();
    world.engine().reload().await.unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    let filler = disk.fill();
    overwrite(&world, "[[rule]]\nid = \"cpu-high\"\nwarning.above = 10\n");
    world.engine().reload().await.unwrap();
    world.pass(Span::from_minutes(8)).await.unwrap();
    let status = world.status().await.unwrap();
    assert_eq!(
        status.alerts.first().map(|alert| alert.rule.as_str()),
        Some("cpu-high"),
        "it is judged by what is shown"
    );
    let part = status.degraded.iter().find(|part| part.part == "configuration history");
    assert!(part.is_some_and(|part| part.why.contains("full")), "{:?}", status.degraded);
    // A start takes what the file says, whether or not it can be remembered.
    world.restart().await.unwrap();
    let rule = world.engine().rules().rules.into_iter().find(|rule| rule.id == "cpu-high").unwrap();
    assert_eq!(rule.warning, Some(Threshold::Above(10.0)));
    std::fs::remove_file(filler).unwrap();
    world.engine().reload().await.unwrap();
    let degraded = world.status().await.unwrap().degraded;
    assert!(!degraded.iter().any(|part| part.part == "configuration history"), "{degraded:?}");
}
