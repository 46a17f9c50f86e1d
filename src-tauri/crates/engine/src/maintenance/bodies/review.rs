//! The machine's figures of a period beside those of the period before.

use caretaker_core::maintenance::{Figure, Finding, Outcome, ReviewedFigure, Tier, compared};
use caretaker_core::metric::{Labels, Resolution, SeriesPoints, names};
use caretaker_core::problem::Problem;
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::AlertFilter;

use crate::engine::{Engine, Inner};
use crate::words::count;

/// What is reviewed, in the order in which it is told.
const REVIEWED: [&str; 9] = [
    names::CPU_USAGE,
    names::LOAD_1M,
    names::MEMORY_USAGE,
    names::MEMORY_PRESSURE,
    names::SWAP_USED,
    names::DISK_USAGE,
    names::NETWORK_RECEIVED,
    names::NETWORK_SENT,
    names::TEMPERATURE,
];
/// So many points of a period are enough for its figures.
const POINTS: i64 = 400;

/// Reviews a period.
pub(super) async fn review(engine: &Engine, tier: Tier) -> Result<Outcome, Problem> {
    let (now, over) = (engine.now(), tier.span());
    let (reviewed, alerts) =
        engine.blocking(move |inner| Ok((figures(inner, now, over)?, alerts(inner, now, over)?))).await?;
    if reviewed.is_empty() {
        return Ok(Outcome::done("Nothing was measured in this time yet."));
    }
    let mut findings: Vec<Finding> = reviewed.iter().map(compared).collect();
    findings.extend(
        alerts
            .iter()
            .map(|(rule, number)| Finding::note(rule.clone(), format!("{} in this time.", count(*number, "alert")))),
    );
    let grown = findings.iter().filter(|finding| finding.weight != caretaker_core::maintenance::Weight::Note).count();
    let days = count(usize::try_from(over.as_millis() / 86_400_000).unwrap_or_default(), "day");
    let sentence = match grown {
        0 => format!("Nothing rose much in the last {days}."),
        1 => format!("One figure rose much in the last {days}."),
        _ => format!("{grown} figures rose much in the last {days}."),
    };
    let figures = reviewed.iter().filter(|one| one.about.is_empty()).map(|one| Figure {
        name: one.name.clone(),
        value: one.now,
        unit: one.unit.symbol().to_owned(),
    });
    Ok(Outcome { figures: figures.collect(), ..Outcome::found(sentence, findings) })
}

fn figures(inner: &Inner, now: Timestamp, over: Span) -> Result<Vec<ReviewedFigure>, Problem> {
    let step = Resolution::Step(Span::from_millis((over.as_millis() / POINTS).max(300_000)));
    let mut reviewed = Vec::new();
    for name in REVIEWED {
        let of = |from: Timestamp, to: Timestamp| inner.metrics.points(name, &Labels::none(), from, to, step);
        let (newer, older) = (of(now - over, now)?, of(now - over - over, now - over)?);
        for series in newer {
            let Some(mean) = series.stats.mean else { continue };
            let same = |other: &&SeriesPoints| other.key == series.key;
            reviewed.push(ReviewedFigure {
                name: name.to_owned(),
                about: labels(&series.key.labels),
                unit: series.unit,
                now: mean,
                high: series.stats.p95.unwrap_or(mean),
                before: older.iter().find(same).and_then(|other| other.stats.mean),
            });
        }
    }
    Ok(reviewed)
}

fn labels(labels: &Labels) -> String {
    labels.iter().map(|(_, value)| value).collect::<Vec<_>>().join(" ")
}

/// Alerts of the period by their rule, the most frequent first.
fn alerts(inner: &Inner, now: Timestamp, over: Span) -> Result<Vec<(String, usize)>, Problem> {
    let filter = AlertFilter { since: Some(now - over), limit: Some(1_000), ..AlertFilter::default() };
    let mut rules: Vec<(String, usize)> = Vec::new();
    for alert in inner.state.alerts(&filter)?.into_iter().filter(|alert| alert.fired_at.is_some()) {
        match rules.iter_mut().find(|(rule, _)| *rule == alert.rule) {
            Some((_, number)) => *number += 1,
            None => rules.push((alert.rule, 1)),
        }
    }
    rules.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    Ok(rules)
}
