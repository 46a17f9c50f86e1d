//! A rule as one sentence, for the window, for notices and for evidence. Bounds are written in the unit of the series
//! as far as the name of the series tells it.

use super::default_rules::BUILT_IN_RULES;
use crate::alert::words::state_beyond;
use crate::metric::{Unit, known};
use crate::rule::{Aggregate, Level, Rule, Threshold};
use crate::time::Span;

/// ``Warning when the average of `host.cpu.usage` over 5 min is above 75 % for 1 min, critical above 90 %; clears 10 points
/// below.``
pub fn rule_text(rule: &Rule) -> String {
    let unit = judged_unit(rule);
    let levels = [(Level::Warning, rule.warning), (Level::Critical, rule.critical)];
    let mut levels = levels.into_iter().filter_map(|(level, bound)| bound.map(|bound| (level, bound)));
    let Some((level, bound)) = levels.next() else {
        return format!("`{}` is measured but never raises an alert.", rule.metric);
    };
    let lasting = if rule.hold == Span::ZERO { String::new() } else { format!(" for {}", rule.hold.in_words()) };
    let further_level =
        levels.next().map_or_else(String::new, |(level, bound)| format!(", {level} {}", further(rule, bound, unit)));
    format!(
        "{} when {} is {}{lasting}{further_level}; {}{}.",
        capitalised(level.as_str()),
        subject(rule),
        first(rule, bound, unit),
        clearing(rule, bound, unit),
        if rule.enabled { "" } else { " (switched off)" },
    )
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// What is judged: ``the average of `host.cpu.usage` over 5 min``.
fn subject(rule: &Rule) -> String {
    let labels: Vec<String> = rule.filter.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let series = match labels.as_slice() {
        [] => format!("`{}`", rule.metric),
        labels => format!("`{}` ({})", rule.metric, labels.join(", ")),
    };
    let over = rule.over.map_or_else(String::new, |over| format!(" over {}", over.in_words()));
    match rule.of {
        Aggregate::Last => series,
        Aggregate::Avg => format!("the average of {series}{over}"),
        Aggregate::Min => format!("the smallest {series}{over}"),
        Aggregate::Max => format!("the largest {series}{over}"),
        Aggregate::P50 => format!("the median of {series}{over}"),
        Aggregate::P95 => format!("the 95th percentile of {series}{over}"),
        Aggregate::P99 => format!("the 99th percentile of {series}{over}"),
        Aggregate::Sum => format!("the sum of {series}{over}"),
        Aggregate::Rate => format!("the rate of {series}{over}"),
        Aggregate::Delta => format!("the change of {series}{over}"),
        Aggregate::Forecast => {
            let pace =
                rule.over.map_or_else(String::new, |over| format!(" at the pace of the last {}", over.in_words()));
            format!("the time until {series} runs out{pace}")
        }
        Aggregate::Absent => format!("the time without a value of {series}"),
    }
}

/// The bound of the first level: `above 75 %`; a state by its word.
fn first(rule: &Rule, threshold: Threshold, unit: Option<Unit>) -> String {
    state(rule, threshold).map_or_else(
        || in_words(threshold, unit),
        |state| match state {
            "critical" | "failing" | "damaged" | "missing" | "mostly changed at once" | "failed in a drill" => {
                format!("`{state}`")
            }
            better => format!("`{better}` or worse"),
        },
    )
}

/// The bound of the level after it.
fn further(rule: &Rule, threshold: Threshold, unit: Option<Unit>) -> String {
    state(rule, threshold).map_or_else(|| in_words(threshold, unit), |state| format!("when `{state}`"))
}

/// The state beyond a bound, of a series that writes states as numbers.
fn state(rule: &Rule, threshold: Threshold) -> Option<&'static str> {
    if rule.of == Aggregate::Last { state_beyond(&rule.metric, threshold) } else { None }
}

fn in_words(threshold: Threshold, unit: Option<Unit>) -> String {
    let direction = match threshold {
        Threshold::Above(_) => "above",
        Threshold::Below(_) => "below",
    };
    format!("{direction} {}", value_in_words(threshold.bound(), unit))
}

fn value_in_words(value: f64, unit: Option<Unit>) -> String {
    match unit {
        // Words of two units would leave out the seconds.
        Some(Unit::Seconds) if value < 3_600.0 && value % 60.0 != 0.0 => format!("{value} s"),
        // Ratios and counts are written as they stand in the file: `2`, not `2.00`.
        Some(Unit::Count | Unit::Ratio) | None => value.to_string(),
        Some(unit) => unit.format(value),
    }
}

/// When the alert is over: `clears 10 points below`; where the levels have different bands, the band of each.
fn clearing(rule: &Rule, first: Threshold, unit: Option<Unit>) -> String {
    let percent = unit == Some(Unit::Percent);
    if state(rule, first).is_some() {
        return "clears when it gets better".to_owned();
    }
    let side = match first {
        Threshold::Above(_) => "below",
        Threshold::Below(_) => "above",
    };
    let levels = [(Level::Warning, rule.warning), (Level::Critical, rule.critical)];
    let bands: Vec<(Level, f64)> = levels
        .into_iter()
        .filter_map(|(level, threshold)| Some((level, rule.dead_band(threshold?, percent))))
        .collect();
    let in_words = |band: f64| match band {
        0.0 => "at the threshold".to_owned(),
        1.0 if percent => format!("1 point {side}"),
        band if percent => format!("{band} points {side}"),
        band => format!("{} {side}", value_in_words(band, unit)),
    };
    match bands.as_slice() {
        [(_, band)] => format!("clears {}", in_words(*band)),
        [(_, one), (_, other)] if one == other => format!("clears {}", in_words(*one)),
        _ if rule.clear_by.is_none() && !percent => format!("clears 10 % of the threshold {side}"),
        bands => {
            let each: Vec<String> = bands.iter().map(|(level, band)| format!("{level} {}", in_words(*band))).collect();
            format!("clears {}", each.join(", "))
        }
    }
}

/// The unit of what a rule judges; none when the name of the series does not tell it.
pub fn judged_unit(rule: &Rule) -> Option<Unit> {
    match rule.of {
        Aggregate::Forecast | Aggregate::Absent => Some(Unit::Seconds),
        of => unit_of(&rule.metric).map(|unit| of.unit_of(unit)),
    }
}

fn unit_of(metric: &str) -> Option<Unit> {
    known(metric).map(|series| series.unit).or_else(|| match metric.rsplit('.').next()? {
        "usage" | "pressure" => Some(Unit::Percent),
        _ => None,
    })
}

/// The rule's sentence, followed by why it is there when it is a built-in one.
pub fn rule_explanation(rule: &Rule) -> String {
    let built_in = BUILT_IN_RULES.iter().find(|built_in| built_in.id == rule.id && built_in.metric == rule.metric);
    built_in.map_or_else(|| rule_text(rule), |built_in| format!("{} {}", rule_text(rule), built_in.why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Platform, Settings, default_rules};

    fn built_in(id: &str) -> Rule {
        let rules = default_rules(Platform::Linux, Settings::defaults(Platform::Linux).collect.interval);
        rules.into_iter().find(|rule| rule.id == id).unwrap()
    }

    fn check(rule: &Rule, expected: &str) {
        assert_eq!(rule_text(rule), expected);
    }

    #[test]
    fn built_in_rules_read_as_sentences() {
        for (id, sentence) in [
            (
                "cpu-high",
                "Warning when the average of `host.cpu.usage` over 5 min is above 75 % for 1 min, critical above 90 %; clears 10 points below.",
            ),
            (
                "disk-forecast",
                "Warning when the time until `host.disk.free` runs out at the pace of the last 7 d is below 7 d, critical below 1 d; clears 10 % of the threshold above.",
            ),
            ("swap-out", "Critical when `host.swap.out` is above 20 MB/s for 2 min; clears 2 MB/s below."),
            ("load-high", "Warning when `host.load.per_core` is above 2 for 10 min; clears 0.2 below."),
            (
                "thermal",
                "Warning when `host.thermal.state` is `serious` or worse for 2 min, critical when `critical`; clears when it gets better.",
            ),
            (
                "collector-failing",
                "Warning when `caretaker.collector.failing` is `failing` for 5 min; clears when it gets better.",
            ),
            ("engine-stale", "Warning when `caretaker.sample.age` is above 90 s; clears 9 s below."),
        ] {
            check(&built_in(id), sentence);
        }
    }

    #[test]
    fn levels_with_different_dead_bands_are_named_each() {
        let rule = Rule {
            warning: Some(Threshold::Above(1.0)),
            critical: Some(Threshold::Above(2.0)),
            clear_by: Some(10.0),
            hold: Span::ZERO,
            ..built_in("load-high")
        };
        check(
            &rule,
            "Warning when `host.load.per_core` is above 1, critical above 2; clears warning 0.5 below, critical 1 below.",
        );
        let percent = Rule {
            warning: Some(Threshold::Above(2.0)),
            critical: Some(Threshold::Above(30.0)),
            clear_by: None,
            hold: Span::ZERO,
            ..built_in("disk-space")
        };
        check(
            &percent,
            "Warning when `host.disk.usage` is above 2 %, critical above 30 %; clears warning 1 point below, critical 10 points below.",
        );
    }

    #[test]
    fn labels_and_being_off_are_said() {
        let rule = Rule {
            filter: [("mount".to_owned(), "/".to_owned())].into_iter().collect(),
            enabled: false,
            hold: Span::ZERO,
            critical: None,
            ..built_in("disk-space")
        };
        check(&rule, "Warning when `host.disk.usage` (mount = /) is above 85 %; clears 2 points below (switched off).");
    }
}
