//! Measurements as one text for other programs.

use caretaker_core::export::{Export, ExportFormat, ExportedSeries, glob_matches};
use caretaker_core::metric::{SeriesEntry, SeriesKind};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::Selection;

use super::exact::{count_up, exact_figures, newest_sample};
use super::metrics::{resolution, step_of};
use crate::engine::Engine;

const BACK: Span = Span::from_days(7);
/// More points than on the screen are worth having in a file.
const MOST_POINTS: u32 = 3_000;
/// About 60 MB of text; more is asked for in parts.
const MOST_VALUES: i64 = 600_000;

/// What is to be exported.
#[derive(Clone, Debug, Default)]
pub struct ExportQuery {
    /// How it is written.
    pub format: Option<ExportFormat>,
    /// Series with a name, or a name with its labels, that fits one of these patterns; all when there is none.
    pub names: Vec<String>,
    /// Start; default 7 days before the end.
    pub from: Option<Timestamp>,
    /// End; default now.
    pub to: Option<Timestamp>,
    /// One value a step; default every sample up to 6 h, and steps that suit the range beyond.
    pub step: Option<Span>,
}

impl Engine {
    /// Measurements of all series that fit, as text, with the format that it is in.
    pub async fn export(&self, query: ExportQuery) -> Result<(ExportFormat, String), Problem> {
        let format = query.format.ok_or_else(|| {
            Problem::new(Code::Usage, "the parameter `format` is missing")
                .hint("there are json, csv, markdown and prometheus")
        })?;
        let to = query.to.unwrap_or_else(|| self.now());
        let from = query.from.unwrap_or(to - BACK);
        if from >= to {
            return Err(Problem::new(Code::Usage, "the range ends before it begins").hint("for example `--since 7d`"));
        }
        if query.step.is_some_and(|step| step < Span::from_seconds(1)) {
            return Err(Problem::new(Code::Usage, "a step is at least 1s"));
        }
        let fits = |entry: &SeriesEntry| {
            let full = entry.key.to_string();
            let one = |pattern: &String| glob_matches(pattern, &entry.key.name) || *pattern == full;
            query.names.is_empty() || query.names.iter().any(one)
        };
        let entries: Vec<SeriesEntry> = self.series().await?.series.into_iter().filter(fits).collect();
        if entries.is_empty() && !query.names.is_empty() {
            let names = query.names.join("`, `");
            return Err(Problem::new(Code::NotFound, format!("no series fits `{names}`"))
                .hint("`caretaker metrics list` shows all; `*` stands for anything"));
        }
        let resolution = resolution(to.since(from), query.step, Some(MOST_POINTS));
        let distance = step_of(resolution).unwrap_or(self.settings().collect.interval);
        let values = to.since(from).as_millis() / distance.as_millis().max(1) * entries.len() as i64;
        if values > MOST_VALUES {
            let message = format!("up to {values} values are more than the {MOST_VALUES} that go into one export");
            return Err(Problem::new(Code::Usage, message).hint("name fewer series, a shorter time or a longer step"));
        }
        let text = self
            .blocking(move |inner| {
                let keys = entries.iter().map(|entry| entry.key.clone()).collect();
                let end = to + Span::from_millis(1);
                let mut points = inner.metrics.points_of(&Selection::Keys(keys), from, end, resolution)?;
                if matches!(format, ExportFormat::Json | ExportFormat::Markdown) {
                    exact_figures(&inner.metrics, &mut points, resolution)?;
                }
                let mut series = Vec::with_capacity(points.len());
                for mut points in points {
                    let Some(entry) = entries.iter().find(|entry| entry.key == points.key) else { continue };
                    let newest = newest_sample(&inner.metrics, entry, &points, (from, to, resolution))?;
                    if entry.kind == SeriesKind::Counter {
                        count_up(&inner.metrics, &mut points, resolution)?;
                    }
                    series.push(ExportedSeries { kind: entry.kind, newest, points });
                }
                Ok(Export { from, to, step: step_of(resolution), series }.write(format))
            })
            .await?;
        Ok((format, text))
    }
}
