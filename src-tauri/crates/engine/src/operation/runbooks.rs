//! Runbooks: listed, searched, shown with their steps; begun anew, compared and rolled back.

use caretaker_core::alert::{Instance, words};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::runbook::{Library, RunbookId, SHIPPED, Shelved, approves, template};
use caretaker_core::view::{
    RollbackRequest, RunbookAlert, RunbookDifference, RunbookLink, RunbookList, RunbookSummary, RunbookVersion,
    RunbookVersions, RunbookView, StepCommand, StepView,
};
use similar::TextDiff;

use crate::engine::Engine;
use crate::runbooks::known;

/// Runs that are shown with a runbook.
const RUNS: usize = 10;

impl Engine {
    /// Runbooks that hold every word, the best first; all without a word.
    pub async fn runbooks(&self, term: Option<String>) -> Result<RunbookList, Problem> {
        let (library, unusable) = self.library().await?;
        let found = library.search(term.as_deref().unwrap_or_default());
        let runbooks = found.into_iter().map(|one| self.summary_of(&library, one)).collect();
        Ok(RunbookList { runbooks, folder: self.0.home.runbooks().display().to_string(), unusable })
    }

    /// One runbook with its steps. The name of a rule leads to the runbook that answers it.
    pub async fn runbook(&self, id: &str) -> Result<RunbookView, Problem> {
        let (library, _) = self.library().await?;
        let shelved = known(&library, id)?;
        let runbook = &shelved.runbook;
        let approvals = &self.settings().approvals;
        let procedure = runbook.steps.iter().map(|step| StepView {
            number: step.number,
            title: step.title.clone(),
            blocks: step.blocks.clone(),
            command: step.action(self.0.platform).map(|action| StepCommand {
                kind: action.kind,
                text: action.text.clone(),
                sha256: action.sha256.clone(),
                limit: action.limit,
                is_approved: approves(approvals, &runbook.id, &action.sha256),
            }),
        });
        Ok(RunbookView {
            summary: self.summary_of(&library, shelved),
            path: self.0.home.runbooks().join(runbook.id.file_name()).display().to_string(),
            intro: runbook.intro.clone(),
            procedure: procedure.collect(),
            mistakes: runbook.problems.clone(),
            runs: self.runbook_runs(Some(runbook.id.to_string()), None, Some(RUNS)).await?.runs,
        })
    }

    /// Writes a runbook to begin with: a template, or the shipped one of this id to be changed.
    pub async fn new_runbook(&self, id: &str) -> Result<RunbookView, Problem> {
        self.writable()?;
        let id: RunbookId = parsed(id)?;
        let (library, _) = self.library().await?;
        let shipped = shipped(&id).map(str::to_owned);
        let own = library
            .find(id.as_str())
            .filter(|one| one.runbook.id == id && one.origin != caretaker_core::runbook::Origin::Shipped);
        let path = self.0.home.runbooks().join(id.file_name());
        if own.is_some() || path.symlink_metadata().is_ok() {
            let message = format!("there is a file {} already", path.display());
            return Err(Problem::new(Code::Usage, message).hint("change it with an editor; its versions are kept"));
        }
        self.write_runbook(&id, shipped.unwrap_or_else(|| template(&id))).await?;
        self.record("runbook", format!("Began the runbook {id}"), Ok(())).await;
        self.runbook(id.as_str()).await
    }

    /// Versions of a runbook of the owner, the newest first.
    pub async fn runbook_versions(&self, id: &str) -> Result<RunbookVersions, Problem> {
        let id: RunbookId = parsed(id)?;
        let (library, _) = self.library().await?;
        let wanted = id.to_string();
        let saved = self.blocking(move |inner| Ok(inner.state.runbook_versions(&wanted)?)).await?;
        if saved.is_empty() {
            known(&library, id.as_str())?;
        }
        let versions = saved.into_iter().map(|one| RunbookVersion {
            version: one.version,
            at: one.at,
            is_removed: one.text.is_none(),
            lines: u32::try_from(one.text.unwrap_or_default().lines().count()).unwrap_or(u32::MAX),
        });
        Ok(RunbookVersions { id: id.to_string(), versions: versions.collect() })
    }

    /// How two versions of a runbook differ; 0 is the shipped text.
    pub async fn runbook_difference(&self, id: &str, from: u32, to: u32) -> Result<RunbookDifference, Problem> {
        let id: RunbookId = parsed(id)?;
        // What is in the file now is a version too.
        self.own_runbooks().await?;
        let (before, after) = (self.version_text(&id, from).await?, self.version_text(&id, to).await?);
        let difference = TextDiff::from_lines(&before, &after);
        let text = if before == after {
            String::new()
        } else {
            difference.unified_diff().header(&format!("version {from}"), &format!("version {to}")).to_string()
        };
        Ok(RunbookDifference { from, to, text })
    }

    /// Puts an earlier version of a runbook in place; it becomes the newest one.
    pub async fn roll_back_runbook(&self, id: &str, request: RollbackRequest) -> Result<RunbookView, Problem> {
        self.writable()?;
        let id: RunbookId = parsed(id)?;
        self.own_runbooks().await?;
        let text = self.version_text(&id, request.version).await?;
        if text.is_empty() {
            let message = format!("version {} of `{id}` has no text", request.version);
            return Err(Problem::new(Code::Usage, message).hint("to be rid of a runbook, delete its file"));
        }
        self.write_runbook(&id, text).await?;
        self.record("runbook", format!("Put version {} of the runbook {id} in place", request.version), Ok(())).await;
        self.runbook(id.as_str()).await
    }

    async fn version_text(&self, id: &RunbookId, version: u32) -> Result<String, Problem> {
        let missing = || {
            Problem::new(Code::NotFound, format!("the runbook `{id}` has no version {version}"))
                .hint(format!("`caretaker runbook versions {id}` shows them"))
        };
        if version == 0 {
            return shipped(id).map(str::to_owned).ok_or_else(missing);
        }
        let wanted = id.to_string();
        let saved = self.blocking(move |inner| Ok(inner.state.runbook_version(&wanted, version)?)).await?;
        Ok(saved.ok_or_else(missing)?.text.unwrap_or_default())
    }

    /// Runbooks that answer an alert, the one that its rule names first. A folder that cannot be read hides no alert.
    pub(crate) async fn runbooks_of(&self, alert: &Instance) -> Vec<RunbookLink> {
        let library = match self.library().await {
            Ok((library, _)) => library,
            Err(_) => Library::new([]),
        };
        let found = library.for_rule(&alert.rule, &self.named_runbook(alert));
        let link = |one: &&Shelved| RunbookLink {
            id: one.runbook.id.to_string(),
            title: one.runbook.title.clone(),
            steps: one.runbook.steps.iter().map(|step| step.title.clone()).collect(),
        };
        found.iter().map(link).collect()
    }

    /// The runbook that the rule of an alert names; the rule's own name if the rule is gone.
    pub(crate) fn named_runbook(&self, alert: &Instance) -> String {
        let settings = self.settings();
        let rule = settings.rules.iter().find(|rule| rule.id == alert.rule);
        rule.map_or_else(|| alert.rule.clone(), |rule| rule.runbook.clone())
    }

    fn summary_of(&self, library: &Library, shelved: &Shelved) -> RunbookSummary {
        let runbook = &shelved.runbook;
        let (latest, settings) = (self.latest(), self.settings());
        let open = latest.open.iter().filter(|alert| alert.is_raised());
        let answered = open.filter(|alert| self.answers(library, runbook.id.as_str(), alert));
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        RunbookSummary {
            id: runbook.id.to_string(),
            title: runbook.title.clone(),
            summary: runbook.summary.clone(),
            origin: shelved.origin,
            alerts: runbook.alerts.clone(),
            services: runbook.services.clone(),
            tags: runbook.tags.clone(),
            steps: count(runbook.steps.len()),
            commands: count(runbook.steps.iter().filter(|step| step.action(self.0.platform).is_some()).count()),
            problems: count(runbook.problems.len()),
            open: answered
                .map(|alert| RunbookAlert {
                    id: alert.id.0.clone(),
                    summary: words::summary(alert, settings.rules.iter().find(|rule| rule.id == alert.rule)),
                })
                .collect(),
        }
    }
}

/// The text that is part of the program.
fn shipped(id: &RunbookId) -> Option<&'static str> {
    SHIPPED.iter().find(|(shipped, _)| *shipped == id.as_str()).map(|(_, text)| *text)
}

fn parsed(id: &str) -> Result<RunbookId, Problem> {
    id.parse()
        .map_err(|error: caretaker_core::runbook::ParseRunbookIdError| Problem::new(Code::Usage, error.to_string()))
}
