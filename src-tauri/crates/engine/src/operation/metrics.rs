//! Series: which there are, their points, their figures.

use caretaker_core::metric::{Labels, Resolution, SeriesPoints, names};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{MetricSummary, PointsView, SeriesList, SummaryRow};

use super::exact::exact_figures;
use crate::engine::Engine;

/// Without `--step`, every stored sample is shown up to this.
const RAW_UP_TO: Span = Span::from_hours(6);
/// Longer ranges take the finest of these steps that gives no more points than wanted.
const STEPS: [Span; 8] = [
    Span::from_minutes(1),
    Span::from_minutes(5),
    Span::from_minutes(15),
    Span::from_minutes(30),
    Span::from_hours(1),
    Span::from_hours(3),
    Span::from_hours(6),
    Span::from_days(1),
];
const MOST_POINTS: i64 = 800;

/// Which points are wanted.
#[derive(Clone, Debug, Default)]
pub struct PointsQuery {
    /// Name of the series.
    pub name: String,
    /// Only series with all of these labels.
    pub labels: Labels,
    /// Start; default 24 h before the end.
    pub from: Option<Timestamp>,
    /// End; default now.
    pub to: Option<Timestamp>,
    /// One point a step; default by the length of the range.
    pub step: Option<Span>,
    /// How many points a chart can show.
    pub max_points: Option<u32>,
}

const DAY: Span = Span::from_hours(24);
/// Of the small charts in the summary.
const CHART_STEP: Span = Span::from_minutes(15);

/// How a week is read, to find out which series there are.
const WEEK_STEP: Resolution = Resolution::Step(Span::from_minutes(5));

/// The series that the summary shows.
const MAIN: [&str; 15] = [
    names::CPU_USAGE,
    names::LOAD_1M,
    names::MEMORY_USAGE,
    names::MEMORY_PRESSURE,
    names::SWAP_USED,
    names::DISK_USAGE,
    names::NETWORK_RECEIVED,
    names::NETWORK_SENT,
    names::TEMPERATURE,
    names::GPU_USAGE,
    names::POWER,
    names::MODEL_TOKENS_PER_SECOND,
    names::ROUND_TIME,
    names::OWN_CPU_USAGE,
    names::OWN_MEMORY,
];

impl Engine {
    /// Every series with its newest value.
    pub async fn series(&self) -> Result<SeriesList, Problem> {
        self.used()?;
        let series = self.blocking(|inner| Ok(inner.metrics.series()?)).await?;
        Ok(SeriesList { series })
    }

    /// Points of all series that match.
    pub async fn points(&self, query: PointsQuery) -> Result<PointsView, Problem> {
        self.used()?;
        let to = query.to.unwrap_or_else(|| self.now());
        // Nothing was measured before 1970, and years below zero have no text that others read.
        let from = query.from.unwrap_or(to - Span::from_hours(24)).max(Timestamp::from_millis(0));
        if from > to {
            return Err(Problem::new(Code::Usage, "the range ends before it begins").hint("for example `--since 24h`"));
        }
        if query.step.is_some_and(|step| step < Span::from_seconds(1)) {
            return Err(Problem::new(Code::Usage, "a step is at least 1s"));
        }
        let resolution = resolution(to.since(from), query.step, query.max_points);
        let (name, labels) = (query.name.clone(), query.labels);
        let (series, marks) = self
            .blocking(move |inner| {
                // The end is part of what people mean by a range.
                let end = to + Span::from_millis(1);
                let mut series = inner.metrics.points(&name, &labels, from, end, resolution)?;
                exact_figures(&inner.metrics, &mut series, resolution)?;
                Ok((series, inner.metrics.marks(from, end)?))
            })
            .await?;
        if series.is_empty() {
            return Err(self.unknown_series(&query.name).await);
        }
        let one: Option<&SeriesPoints> = series.first().filter(|_| series.len() == 1);
        let step_ms = step_of(resolution).map(Span::as_millis);
        Ok(PointsView {
            from,
            to,
            step_ms,
            points: one.map(|series| series.points.clone()),
            stats: one.map(|series| series.stats),
            series,
            marks,
        })
    }

    /// Figures of the main series over the last hour, 24 hours and 7 days.
    pub async fn summary(&self) -> Result<MetricSummary, Problem> {
        self.used()?;
        let now = self.now();
        let at = self.latest().round.map(|round| round.at);
        let series = self
            .blocking(move |inner| {
                let mut rows = Vec::new();
                for name in MAIN {
                    let over = |back: Span, resolution| {
                        let end = now + Span::from_millis(1);
                        inner.metrics.points(name, &Labels::none(), now - back, end, resolution)
                    };
                    let hour = over(Span::from_hours(1), Resolution::Raw)?;
                    let day = over(DAY, Resolution::Raw)?;
                    let chart = over(DAY, Resolution::Step(CHART_STEP))?;
                    let mut week = over(Span::from_days(7), WEEK_STEP)?;
                    exact_figures(&inner.metrics, &mut week, WEEK_STEP)?;
                    // Whatever was measured within a week has a row; a window without it has no figures.
                    for SeriesPoints { key, unit, stats, .. } in week {
                        let of = |all: &[SeriesPoints]| all.iter().find(|one| one.key == key).cloned();
                        let last_hour = of(&hour);
                        rows.push(SummaryRow {
                            last: last_hour
                                .as_ref()
                                .and_then(|one| one.points.iter().rev().find_map(|point| point.value)),
                            hour: last_hour.map(|one| one.stats).unwrap_or_default(),
                            day: of(&day).map(|one| one.stats).unwrap_or_default(),
                            week: stats,
                            points: of(&chart).map(|one| one.points).unwrap_or_default(),
                            unit,
                            key,
                        });
                    }
                }
                Ok(rows)
            })
            .await?;
        Ok(MetricSummary { at, from: now - DAY, to: now, series })
    }

    async fn unknown_series(&self, name: &str) -> Problem {
        let known = self.series().await.map(|list| list.series).unwrap_or_default();
        if known.iter().any(|entry| entry.key.name == name) {
            return Problem::new(Code::NotFound, format!("`{name}` has no series with these labels in this range"))
                .hint("`caretaker metrics list` shows labels and the newest values");
        }
        Problem::new(Code::NotFound, format!("there is no series `{name}`")).hint("`caretaker metrics list` shows all")
    }
}

/// The length of a step; none where every sample is shown.
pub(super) const fn step_of(resolution: Resolution) -> Option<Span> {
    match resolution {
        Resolution::Raw => None,
        Resolution::Step(step) => Some(step),
    }
}

pub(super) fn resolution(range: Span, step: Option<Span>, max_points: Option<u32>) -> Resolution {
    if let Some(step) = step {
        return Resolution::Step(step);
    }
    if range <= RAW_UP_TO {
        return Resolution::Raw;
    }
    let most = max_points.map_or(MOST_POINTS, i64::from).max(2);
    let fits = |step: &&Span| range.as_millis() / step.as_millis() <= most;
    Resolution::Step(STEPS.iter().find(fits).copied().unwrap_or(Span::from_days(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_up_to_six_hours_then_steps_that_fit_the_chart() {
        for (hours, most, expected) in [
            (1, None, Resolution::Raw),
            (6, Some(100), Resolution::Raw),
            (24, None, Resolution::Step(Span::from_minutes(5))),
            (24, Some(2_000), Resolution::Step(Span::from_minutes(1))),
            (24 * 7, None, Resolution::Step(Span::from_minutes(15))),
            (24 * 30, None, Resolution::Step(Span::from_hours(1))),
            (24 * 730, None, Resolution::Step(Span::from_days(1))),
        ] {
            assert_eq!(resolution(Span::from_hours(hours), None, most), expected, "{hours} h");
        }
        assert_eq!(
            resolution(Span::from_hours(1), Some(Span::from_minutes(5)), None),
            Resolution::Step(Span::from_minutes(5))
        );
    }
}
