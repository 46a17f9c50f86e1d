//! Everything that is known, written into a folder for people and other programs; and everything checked at once.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use caretaker_core::export::ExportFormat;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use caretaker_core::view::{
    CheckState, HealthCheck, HealthState, HealthView, WriteOutRequest, WrittenFile, WrittenOut,
};
use caretaker_platform::files;
use caretaker_store::AlertFilter;

use super::export::ExportQuery;
use crate::engine::Engine;

/// How far back samples go.
const SAMPLES: Span = Span::from_days(30);
const STEP: Span = Span::from_hours(1);
const MOST: usize = 100_000;

impl Engine {
    /// Writes histories as CSV, the configuration and a summary into a folder that is empty or not there yet.
    pub async fn write_out(&self, request: WriteOutRequest) -> Result<WrittenOut, Problem> {
        self.used()?;
        let folder = PathBuf::from(&request.folder);
        prepare(&folder)?;
        let mut texts: Vec<(&str, String)> = Vec::new();
        let from = self.now() - SAMPLES;
        let query = ExportQuery {
            format: Some(ExportFormat::Csv),
            from: Some(from),
            step: Some(STEP),
            ..ExportQuery::default()
        };
        texts.push(("metrics.csv", self.export(query).await?.1));
        let (alerts, operations, runs) = self
            .blocking(|inner| {
                let filter = AlertFilter { limit: Some(MOST), ..AlertFilter::default() };
                Ok((inner.state.alerts(&filter)?, inner.state.operations(MOST)?, inner.state.task_runs(None, MOST)?))
            })
            .await?;
        let mut text = line(["id", "rule", "series", "level", "state", "since", "resolved_at", "peak"]);
        for one in &alerts {
            let resolved = one.resolved_at.map(|at| at.to_string()).unwrap_or_default();
            let (level, state) = (word(&one.level), word(&one.state));
            let series = one.series.to_string();
            text.push_str(&line([
                one.id.0.as_str(),
                &one.rule,
                &series,
                &level,
                &state,
                &one.since.to_string(),
                &resolved,
                &one.peak.to_string(),
            ]));
        }
        texts.push(("alerts.csv", text));
        let mut text = line(["at", "kind", "what", "result", "took_ms"]);
        for one in &operations {
            let took = one.took.as_millis().to_string();
            text.push_str(&line([one.at.to_string().as_str(), &one.kind, &one.what, &one.result, &took]));
        }
        texts.push(("operations.csv", text));
        let mut text = line(["id", "task", "asked", "started", "ended", "result", "sentence"]);
        for one in &runs {
            let ended = one.ended.map(|at| at.to_string()).unwrap_or_default();
            let (asked, result) = (word(&one.asked), word(&one.outcome.result));
            text.push_str(&line([
                one.id.to_string().as_str(),
                &one.task,
                &asked,
                &one.started.to_string(),
                &ended,
                &result,
                &one.outcome.sentence,
            ]));
        }
        texts.push(("maintenance.csv", text));
        let status = self.status(None).await?;
        texts.push(("caretaker.toml", self.configuration().text));
        let mut page = format!("# Summary\n\n{}.\n\n", status.verdict);
        let _ =
            writeln!(page, "- At: {}\n- Home: {}\n- Version: {}", status.at, status.engine.home, status.engine.version);
        let _ = writeln!(page, "- {}\n- {}", status.backups.sentence, status.maintenance.sentence);
        let counts = [("alerts", alerts.len()), ("operations", operations.len()), ("runs of tasks", runs.len())];
        for (what, number) in counts {
            let _ = writeln!(page, "- {number} {what}");
        }
        page.push_str(
            "\nSamples are of the last 30 days, one value an hour. Credentials are left out of `caretaker.toml`.\n",
        );
        texts.push(("summary.md", page));
        let target = folder.clone();
        let written = self
            .blocking(move |_| {
                let mut written = Vec::new();
                for (name, text) in texts {
                    files::write_atomic(&target.join(name), text.as_bytes(), 0o600)?;
                    written.push(WrittenFile { name: name.to_owned(), bytes: text.len() as u64 });
                }
                Ok(written)
            })
            .await?;
        Ok(WrittenOut { folder: folder.display().to_string(), files: written })
    }

    /// Checks the configuration, endpoints, storage and every component, now.
    pub async fn validation(&self) -> Result<HealthView, Problem> {
        let mut view = self.health(None, None).await?;
        let begun = tokio::time::Instant::now();
        let whole = self
            .blocking(|inner| {
                inner.metrics.check()?;
                inner.state.check()?;
                Ok(())
            })
            .await;
        let took_ms = begun.elapsed().as_secs_f64() * 1_000.0;
        let (state, detail) = match whole {
            Ok(()) => (HealthState::Ok, "every page was read".to_owned()),
            Err(problem) => (HealthState::Critical, problem.message),
        };
        view.checks.push(HealthCheck { name: "integrity".to_owned(), state, took_ms, detail });
        for check in self.doctor().await?.checks {
            let state = match check.state {
                CheckState::Failed => HealthState::Critical,
                CheckState::Warning => HealthState::Warning,
                CheckState::Ok => HealthState::Ok,
                CheckState::Absent => HealthState::NotConfigured,
            };
            let name = format!("{}: {}", check.group, check.name);
            view.checks.push(HealthCheck { name, state, took_ms: 0.0, detail: check.detail });
        }
        Ok(HealthView::of(view.checks, view.at))
    }
}

/// A folder of its own: nothing that lies somewhere is written over.
fn prepare(folder: &Path) -> Result<(), Problem> {
    let usage =
        |message: String| Problem::new(Code::Usage, message).hint("name an empty folder, or one that is not there");
    if !folder.is_absolute() {
        return Err(usage(format!("`{}` is no path from `/`", folder.display())));
    }
    match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(usage(format!("`{}` is not empty", folder.display()))),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => fs::create_dir_all(folder)
            .map_err(|error| Problem::new(Code::Internal, format!("make `{}`: {error}", folder.display()))),
        Err(error) => Err(usage(format!("`{}` cannot be used: {error}", folder.display()))),
    }
}

/// A plain enumeration as its word in JSON.
fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A line of CSV.
fn line<const N: usize>(fields: [&str; N]) -> String {
    let quoted = |field: &str| {
        if field.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field.to_owned()
        }
    };
    format!("{}\n", fields.map(quoted).join(","))
}
