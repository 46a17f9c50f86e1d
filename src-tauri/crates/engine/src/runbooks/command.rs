//! The command line of a step: the shell gets the exact text, the alert's values go into the environment.

use caretaker_core::alert::Instance;
use caretaker_core::alert::words;
use caretaker_core::port::CommandLine;
use caretaker_core::runbook::{AlertValues, variables};
use caretaker_core::time::Span;
use caretaker_platform::command::path_with_own;

use crate::engine::Engine;

impl Engine {
    /// What starts a command: `sh` ends at the first line that fails, and at a variable that is not set.
    pub(super) fn command_of(&self, run: &str, text: &str, limit: Span, alert: Option<&Instance>) -> CommandLine {
        let mut line = CommandLine::new("/bin/sh", ["-eu", "-c", text]).within(limit);
        line.environment.push(("PATH".to_owned(), path_with_own()));
        line.environment.push(("CARETAKER_HOME".to_owned(), self.0.home.folder().display().to_string()));
        line.environment.push(("CARETAKER_CONFIG".to_owned(), self.0.configuration.display().to_string()));
        line.environment.push(("NO_COLOR".to_owned(), "1".to_owned()));
        if let Some(alert) = alert {
            line.environment.extend(variables(&values(alert)));
        }
        // Everything is heard as it comes.
        line.output_bound = 0;
        line.mark = Some(run.to_owned());
        line
    }
}

fn values(alert: &Instance) -> AlertValues {
    AlertValues {
        id: alert.id.0.clone(),
        rule: alert.rule.clone(),
        level: alert.level.as_str().to_owned(),
        metric: alert.series.name.clone(),
        value: alert.value,
        summary: words::short(alert),
        labels: alert.series.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}
