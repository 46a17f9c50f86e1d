//! The built-in rules are the ones that `alerts.md` and the documentation promise.

use caretaker_core::config::{Platform, Settings};
use caretaker_core::rule::{Aggregate, Threshold};
use caretaker_core::time::Span;

#[test]
fn the_defaults_are_as_promised() {
    let settings = Settings::defaults(Platform::Linux);
    let rule = |id: &str| settings.rules.iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("no rule {id}"));
    let bounds = |id: &str| (rule(id).warning.map(Threshold::bound), rule(id).critical.map(Threshold::bound));
    assert_eq!(bounds("cpu-high"), (Some(75.0), Some(90.0)));
    assert_eq!((rule("cpu-high").of, rule("cpu-high").over), (Aggregate::Avg, Some(Span::from_minutes(5))));
    assert_eq!(bounds("memory-high"), (Some(80.0), Some(95.0)));
    assert_eq!(rule("memory-high").metric, "host.memory.usage");
    assert_eq!(bounds("disk-space"), (Some(85.0), Some(95.0)));
    assert_eq!(rule("swap-out").hold, Span::from_minutes(2));
    assert_eq!(bounds("load-high"), (Some(2.0), None));
    assert_eq!(rule("load-high").hold, Span::from_minutes(10));
    assert_eq!(rule("collector-failing").hold, Span::from_minutes(5));
    let mac = Settings::defaults(Platform::MacOs);
    let memory = mac.rules.iter().find(|rule| rule.id == "memory-high").unwrap();
    assert_eq!(memory.metric, "host.memory.pressure");
}
