//! `[[export]]`: measurements written to a folder at intervals.

use std::ops::RangeInclusive;

use schemars::JsonSchema;

use crate::config::fields::{Fields, written};
use crate::config::kept::Kept;
use crate::config::problem::ProblemCode;
use crate::export::{ExportFormat, ExportPlan, KeepFiles};
use crate::metric::may_fit_series;
use crate::time::Span;

/// Time between two files unless the file says otherwise.
const EVERY: Span = Span::from_hours(24);
/// The format unless the file says otherwise.
const FORMAT: ExportFormat = ExportFormat::Csv;
/// Files that stay unless the file says otherwise.
const KEEP: u32 = 30;

const INTERVALS: RangeInclusive<Span> = Span::from_minutes(5)..=Span::from_days(366);
const RANGES: RangeInclusive<Span> = Span::from_minutes(5)..=Span::from_days(20 * 365);
const STEPS: RangeInclusive<Span> = Span::from_seconds(1)..=Span::from_days(366);
const FORMATS: [(&str, ExportFormat); 4] = [
    (ExportFormat::Json.as_str(), ExportFormat::Json),
    (ExportFormat::Csv.as_str(), ExportFormat::Csv),
    (ExportFormat::Markdown.as_str(), ExportFormat::Markdown),
    (ExportFormat::Prometheus.as_str(), ExportFormat::Prometheus),
];

/// Measurements, written to a folder at intervals as `caretaker metrics export` would. Files appear complete or not at all;
/// of what lies in the folder, only files that this export wrote itself are ever deleted.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct ExportSection {
    /// Its name; it is part of the names of the files.
    #[schemars(required)]
    pub id: Option<String>,
    /// The folder, from `/`. It must be there: a disk that is not mounted is no reason to write elsewhere.
    #[schemars(required)]
    pub folder: Option<String>,
    /// Time between two files, from 5m to 1y. What was missed, as in sleep, is caught up once.
    #[schemars(extend("default" = written(EVERY)))]
    pub every: Option<Span>,
    /// How files are written.
    #[schemars(with = "Option<String>", extend("enum" = ["json", "csv", "markdown", "prometheus"], "default" = FORMAT.as_str()))]
    pub format: Option<ExportFormat>,
    /// Only series whose name fits one of these, with `*` for anything; all series when it is left out.
    pub names: Option<Vec<String>>,
    /// How far back each file goes; by default as far as `every`, so that together they have everything.
    pub since: Option<Span>,
    /// One value a step; by default every stored sample up to 6 h, and steps that suit the range beyond.
    pub step: Option<Span>,
    /// How many files stay: a count or an age. The newest always stays.
    #[schemars(extend("default" = KEEP))]
    pub keep: Option<Kept>,
}

/// Patterns, of which each can fit some series.
fn names(fields: &mut Fields<'_, '_>) -> Option<Vec<String>> {
    let names = fields.texts("names")?;
    if let Some(never) = names.iter().find(|name| !may_fit_series(name)) {
        let message = format!("`names` has `{never}`, which fits no series; their names are dotted and lower case");
        fields.problem("names", ProblemCode::InvalidValue, message).hint =
            Some("for example names = [\"host.disk.*\"]".to_owned());
    }
    Some(names)
}

impl ExportSection {
    /// Reads and checks one export.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        let id = fields.id();
        fields.require("folder");
        let folder = fields.text("folder");
        if let Some(folder) = folder.as_deref().filter(|folder| !folder.starts_with('/')) {
            let message = format!("`folder` is `{folder}`; allowed is a path that begins with `/`");
            fields.problem("folder", ProblemCode::InvalidValue, message);
        }
        Self {
            id,
            folder,
            every: fields.span("every", INTERVALS),
            format: fields.word("format", &FORMATS),
            names: names(fields),
            since: fields.span("since", RANGES),
            step: fields.span("step", STEPS),
            keep: fields.kept("keep"),
        }
    }

    /// The export with every default filled in; none while it has no id or folder.
    pub(in crate::config) fn resolve(&self) -> Option<ExportPlan> {
        let every = self.every.unwrap_or(EVERY);
        Some(ExportPlan {
            id: self.id.clone()?,
            folder: self.folder.clone()?,
            every,
            format: self.format.unwrap_or(FORMAT),
            names: self.names.clone().unwrap_or_default(),
            since: self.since.unwrap_or(every),
            step: self.step,
            keep: match self.keep {
                None => KeepFiles::Count(KEEP),
                Some(Kept::Count(count)) => KeepFiles::Count(count),
                Some(Kept::Age(age)) => KeepFiles::Age(age),
            },
        })
    }
}
