//! The page `docs/reference/configuration.md`, written from the schema and the table of built-in rules.

use std::fmt::Write;

use serde_json::Value;

use super::default_rules::{BUILT_IN_RULES, LATER_IDS};
use super::fields::written;
use super::platform::Platform;
use super::rule_text::rule_text;
use super::schema::{children, schema};
use super::section::collect::INTERVAL;

/// Sections in the order of the page; the first ones are acted upon.
const ORDER: [&str; 13] = [
    "collect",
    "keep",
    "rule",
    "notify",
    "api",
    "models",
    "export",
    "approval",
    "service",
    "destination",
    "backup",
    "task",
    "flag",
];
/// Sections, with those within them, that this version reads and checks but does not act upon.
const LATER: [&str; 2] = ["service", "flag"];

const INTRODUCTION: &str = "\
# Configuration

`caretaker.toml` in the home folder (`--config` and `CARETAKER_CONFIG` name another file).
All of it is optional: without the file everything runs on the defaults below.
This page is generated from the types that read the file; `caretaker config schema` prints the same as JSON Schema.

- Lengths of time are texts with a unit: `ms`, `s`, `m`, `h`, `d`, `w`, `y` (365 days).
- `caretaker config validate` names every mistake with line and column; `caretaker config set KEY VALUE` keeps comments.
- Variables named `CARETAKER_<SECTION>__<KEY>` go before the file for plain keys: `CARETAKER_COLLECT__INTERVAL=10s`.
- Entries of lists go by their id: `rule.cpu-high.warning.above`.
- Wherever a credential is expected, `env:NAME` (a variable) and `file:/path` (one line in a file of mode 0600) keep it out of the file; `secret:NAME` is for a store that is not part of this version.
";

/// The page in Markdown.
pub fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    let schema = schema();
    for name in ORDER {
        if let Some((_, section)) = children(&schema).find(|(section, _)| *section == name) {
            write_section(&mut page, name, section);
        }
        if name == "rule" {
            write_rules(&mut page);
        }
    }
    page
}

/// A heading, a table of keys, then the sections within this one.
fn write_section(page: &mut String, path: &str, node: &Value) {
    let (header, table) = match node.get("items") {
        Some(entry) => (format!("[[{path}]]"), entry),
        None => (format!("[{path}]"), node),
    };
    add(page, format_args!("\n## `{header}`\n\n{}\n", text(node, "description")));
    if LATER.contains(&path) {
        add(page, format_args!("\nRead and checked, but not acted upon by this version.\n"));
    }
    add(page, format_args!("\n| Key | Type | Default | Meaning |\n|--|--|--|--|\n"));
    write_keys(page, "", table);
    for (name, inner) in children(table).filter(|(_, inner)| is_section(inner)) {
        write_section(page, &format!("{path}.{name}"), inner);
    }
}

fn write_keys(page: &mut String, prefix: &str, table: &Value) {
    let required: Vec<&str> =
        table.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut keys: Vec<(&String, &Value)> = children(table).filter(|(_, node)| !is_section(node)).collect();
    // The id and what else must be there comes first.
    keys.sort_by_key(|(name, _)| (*name != "id", !required.contains(&name.as_str())));
    for (name, node) in keys {
        let default = match node.get("default") {
            Some(default) => format!("`{default}`"),
            None if required.contains(&name.as_str()) => "required".to_owned(),
            None => String::new(),
        };
        let meaning = text(node, "description").replace('\n', " ");
        add(page, format_args!("| `{prefix}{name}` | {} | {default} | {meaning} |\n", kind(node)));
        let inner = node.get("items").unwrap_or(node);
        write_keys(page, &format!("{prefix}{name}."), inner);
    }
}

/// Lists of tables get a heading of their own, except short ones that are written in one line.
fn is_section(node: &Value) -> bool {
    node.pointer("/items/properties").is_some() && node.get("default").is_none()
}

/// The type in words.
fn kind(node: &Value) -> String {
    let words = |list: &Value| {
        let words = list.as_array().into_iter().flatten().map(|word| format!("`{word}`"));
        words.collect::<Vec<_>>().join(", ")
    };
    if let Some(list) = node.get("enum") {
        return words(list);
    }
    if let Some(list) = node.get("oneOf").and_then(Value::as_array) {
        let words: Vec<String> =
            list.iter().filter_map(|option| option.get("const")).map(|word| format!("`{word}`")).collect();
        return words.join(", ");
    }
    if let Some(options) = node.get("anyOf").and_then(Value::as_array) {
        return options.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    match text(node, "type") {
        "string" if text(node, "pattern").contains("ms|s|m") => "length of time".to_owned(),
        "string" if node.get("pattern").is_some() => "time of day".to_owned(),
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "number" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => format!("list of {}", node.get("items").map_or_else(String::new, plural)),
        _ if node.get("additionalProperties").is_some_and(|schema| text(schema, "type") == "string") => {
            "table of texts".to_owned()
        }
        _ => "table".to_owned(),
    }
}

fn plural(node: &Value) -> String {
    match kind(node).as_str() {
        "text" => "texts".to_owned(),
        "table" => "tables".to_owned(),
        other => other.to_owned(),
    }
}

/// The built-in rules as one table.
fn write_rules(page: &mut String) {
    add(page, format_args!("\n### Built-in rules\n\n| Id | Title | Rule | Why |\n|--|--|--|--|\n"));
    for built_in in BUILT_IN_RULES {
        let system = match built_in.only_on {
            Some(Platform::Linux) => " (Linux)",
            Some(Platform::MacOs) => " (macOS)",
            None => "",
        };
        let sentence = rule_text(&built_in.resolve(INTERVAL));
        add(page, format_args!("| `{}`{system} | {} | {sentence} | {} |\n", built_in.id, built_in.title, built_in.why));
    }
    let ids: Vec<String> = LATER_IDS.iter().map(|id| format!("`{id}`")).collect();
    let interval = written(INTERVAL);
    add(
        page,
        format_args!("\nThe bound of `engine-stale` is 3 intervals; the table has that of the default, {interval}.\n"),
    );
    add(
        page,
        format_args!("The file may already change these, whose series come with later versions: {}.\n", ids.join(", ")),
    );
}

fn text<'n>(node: &'n Value, key: &str) -> &'n str {
    node.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn add(page: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = page.write_fmt(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_has_its_place_on_the_page() {
        let schema = schema();
        let sections: Vec<&str> = children(&schema).map(|(name, _)| name.as_str()).collect();
        let missing: Vec<&&str> = sections.iter().filter(|name| !ORDER.contains(name)).collect();
        assert!(missing.is_empty() && sections.len() == ORDER.len(), "{missing:?}");
    }
}
