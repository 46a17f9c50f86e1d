//! Whether a runbook holds the words that somebody looks for, and how well.

use super::Runbook;

/// The words, small.
pub(super) fn terms(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_lowercase).collect()
}

/// How well it fits; none when a word is missing.
pub(super) fn rank(runbook: &Runbook, text: &str, terms: &[String]) -> Option<u32> {
    let lower = |text: &str| text.to_lowercase();
    let lists = |list: &[String]| lower(&list.join(" "));
    let places = [
        (16, lower(runbook.id.as_str())),
        (16, lower(&runbook.title)),
        (8, lists(&runbook.alerts)),
        (8, lists(&runbook.tags)),
        (8, lists(&runbook.services)),
        (4, runbook.steps.iter().map(|step| lower(&step.title)).collect::<Vec<_>>().join(" ")),
        (1, lower(text)),
    ];
    let weight = |term: &String| places.iter().filter(|(_, text)| text.contains(term)).map(|(weight, _)| weight).max();
    terms.iter().map(weight).try_fold(0, |sum, weight| Some(sum + weight?))
}
