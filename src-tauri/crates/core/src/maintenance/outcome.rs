//! What came of a run.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunResult {
    /// It goes on.
    #[default]
    Running,
    /// All is well.
    Done,
    /// It did its work and found something that a person should look at.
    Attention,
    /// It could not do its work.
    Failed,
    /// It took longer than it may and was ended.
    TimedOut,
    /// What it needs is not set up.
    NotConfigured,
    /// It was not the time for it: the machine was busy.
    Skipped,
    /// Somebody ended it.
    Cancelled,
    /// Caretaker ended meanwhile.
    Interrupted,
}

impl RunResult {
    /// Whether the work was not done although it should have been.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::TimedOut)
    }

    /// Whether it will not change any more.
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Running)
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Attention => "needs attention",
            Self::Failed => "failed",
            Self::TimedOut => "took too long",
            Self::NotConfigured => "not set up",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Who wanted a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Its schedule.
    #[default]
    Schedule,
    /// A person.
    Person,
    /// A person, to see what it would do.
    DryRun,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Good to know.
    #[default]
    Note,
    /// Somebody should look at it.
    Attention,
}

/// Something that a run found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// How much it weighs.
    pub weight: Weight,
    /// What it is about: a path, a package, a disk.
    pub about: String,
    /// What was found, in a sentence.
    pub text: String,
    /// What to do; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// Whether the run before did not have it.
    #[serde(default)]
    pub is_new: bool,
}

impl Finding {
    /// Good to know.
    pub fn note(about: impl Into<String>, text: impl Into<String>) -> Self {
        Self { about: about.into(), text: text.into(), ..Self::default() }
    }

    /// To be looked at.
    pub fn attention(about: impl Into<String>, text: impl Into<String>) -> Self {
        Self { weight: Weight::Attention, ..Self::note(about, text) }
    }

    /// The same, with what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// A number that a run brought, for its course over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figure {
    /// Its name, such as `cpu-one`.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its unit, such as `bytes/s`.
    pub unit: String,
}

/// What a run brought.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    /// How it ended.
    pub result: RunResult,
    /// What came of it, in a sentence.
    pub sentence: String,
    /// What it found.
    pub findings: Vec<Finding>,
    /// What it measured.
    pub figures: Vec<Figure>,
    /// What it printed, or did line by line; bounded.
    pub output: String,
}

/// Findings that are kept of one run.
const MOST_FINDINGS: usize = 500;
/// Bytes of output that are kept of one run.
const MOST_OUTPUT: usize = 64 * 1024;

impl Outcome {
    /// From what was found: something to look at makes it so.
    pub fn found(sentence: impl Into<String>, findings: Vec<Finding>) -> Self {
        let needs = findings.iter().any(|finding| finding.weight == Weight::Attention);
        let result = if needs { RunResult::Attention } else { RunResult::Done };
        Self { result, sentence: sentence.into(), findings, ..Self::default() }
    }

    /// Work that was done.
    pub fn done(sentence: impl Into<String>) -> Self {
        Self::found(sentence, Vec::new())
    }

    /// Another end, with its reason.
    pub fn ended(result: RunResult, sentence: impl Into<String>) -> Self {
        Self { result, sentence: sentence.into(), ..Self::default() }
    }

    /// Within bounds, and with the findings marked that the run before did not have.
    pub fn bounded(mut self, before: Option<&Self>) -> Self {
        let known = |finding: &Finding| {
            before.is_some_and(|before| {
                before.findings.iter().any(|old| old.about == finding.about && old.text == finding.text)
            })
        };
        for finding in &mut self.findings {
            finding.is_new = before.is_some() && !known(finding);
        }
        self.findings.sort_by_key(|finding| std::cmp::Reverse((finding.weight, finding.is_new)));
        self.findings.truncate(MOST_FINDINGS);
        if self.output.len() > MOST_OUTPUT {
            let mut end = MOST_OUTPUT;
            while !self.output.is_char_boundary(end) {
                end -= 1;
            }
            self.output.truncate(end);
            self.output.push_str("\n… the rest was not kept\n");
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_run_before_did_not_have_is_new_and_comes_first() {
        let before = Outcome::found("", vec![Finding::attention("/a", "open"), Finding::note("/b", "odd")]);
        let now = Outcome::found(
            "",
            vec![Finding::note("/b", "odd"), Finding::attention("/a", "open"), Finding::attention("/c", "open")],
        );
        assert!(now.clone().bounded(None).findings.iter().all(|finding| !finding.is_new), "the first look has no news");
        let marked = now.bounded(Some(&before));
        let told: Vec<(&str, bool)> =
            marked.findings.iter().map(|finding| (finding.about.as_str(), finding.is_new)).collect();
        assert_eq!(told, [("/c", true), ("/a", false), ("/b", false)]);
    }

    #[test]
    fn output_is_cut_between_letters() {
        let long = Outcome { output: "ä".repeat(MOST_OUTPUT), ..Outcome::default() }.bounded(None);
        assert!(long.output.len() < MOST_OUTPUT + 60 && long.output.ends_with("not kept\n"));
    }
}
