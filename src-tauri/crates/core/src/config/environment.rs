//! Variables of the environment that go before the file: `CARETAKER_COLLECT__INTERVAL=10s` is `collect.interval`.
//! It is handed the variables and never asks for them.

use super::document::Document;
use super::problem::{ConfigProblem, ProblemCode};
use super::schema::{Step, route};
use super::set;

/// A variable that sets a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Override {
    /// Name of the variable.
    pub variable: String,
    /// Dotted path of the key.
    pub key: String,
    /// Its text.
    pub value: String,
}

/// The variables that set keys, by name. One underscore belongs to a name, two part section and key; variables without
/// two, such as `CARETAKER_HOME`, are something else.
pub(super) fn overrides(environment: impl IntoIterator<Item = (String, String)>) -> Vec<Override> {
    let mut overrides: Vec<Override> = environment
        .into_iter()
        .filter_map(|(variable, value)| {
            let path = variable.strip_prefix("CARETAKER_").filter(|path| path.contains("__"))?;
            let key = path.to_ascii_lowercase().split("__").collect::<Vec<_>>().join(".");
            Some(Override { variable, key, value })
        })
        .collect();
    overrides.sort_by(|a, b| a.variable.cmp(&b.variable));
    overrides
}

/// The file with the variables put into it; none when no variable sets a key.
pub(super) fn overlay(
    document: Option<&Document>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Option<Document>, Vec<ConfigProblem>> {
    let overrides = overrides(environment);
    if overrides.is_empty() {
        return Ok(None);
    }
    let mut tree = document.map(Document::to_tree).transpose()?.unwrap_or_default();
    let mut problems = Vec::new();
    for change in &overrides {
        if let Err(problem) = check_plain(&change.key).and_then(|()| set::insert(&mut tree, &change.key, &change.value))
        {
            problems.push(problem);
        }
    }
    let overlaid = Document::parse(&tree.to_string());
    problems.extend(overlaid.as_ref().err().into_iter().flatten().cloned());
    match overlaid {
        Ok(overlaid) if problems.is_empty() => Ok(Some(overlaid)),
        _ => Err(problems.into_iter().map(|problem| blame_variable(problem, &overrides)).collect()),
    }
}

/// Variables set single values of sections that stand once; lists and tables belong into the file.
fn check_plain(key: &str) -> Result<(), ConfigProblem> {
    let refused = || {
        let message = format!("no variable can set `{key}`; only plain keys such as `collect.interval`");
        ConfigProblem::outside_file(key, ProblemCode::UnknownKey, message)
    };
    let route = route(key).map_err(|problem| if problem.code == ProblemCode::Syntax { refused() } else { problem })?;
    let plain = route.steps.iter().all(|step| matches!(step, Step::Key(_)));
    let kind = route.node.get("type").and_then(serde_json::Value::as_str);
    if plain && !matches!(kind, Some("object" | "array")) { Ok(()) } else { Err(refused()) }
}

fn blame_variable(problem: ConfigProblem, overrides: &[Override]) -> ConfigProblem {
    let blamed = overrides.iter().find(|change| change.key == problem.key);
    let key = blamed.map_or(problem.key, |change| change.variable.clone());
    ConfigProblem { line: 0, column: 0, key, ..problem }
}
