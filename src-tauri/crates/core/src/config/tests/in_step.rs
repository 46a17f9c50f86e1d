//! The schema and the validators say the same: every key of one is a key of the other, and every default is the one
//! that the settings have.

use std::collections::BTreeSet;

use serde_json::Value;

use super::EVERYTHING;
use crate::config::fields::Fields;
use crate::config::report::Report;
use crate::config::schema::{children, schema};
use crate::config::section::Sections;
use crate::config::syntax::{self, Parsed};
use crate::config::{Document, Platform, Settings};

fn asked_by_validators() -> BTreeSet<String> {
    let mut report = Report::new(EVERYTHING);
    let Parsed::Whole(tree) = syntax::parse(EVERYTHING, &mut report) else { panic!("the example is TOML") };
    Fields::read_root(&mut report, tree.as_table(), Sections::read);
    report.asked
}

fn collect(node: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    for (name, child) in children(node) {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        found.push((path.clone(), child.clone()));
        match child.get("items") {
            Some(items) => collect(items, &format!("{path}[]"), found),
            None => collect(child, &path, found),
        }
    }
}

fn keys_of_schema() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    collect(&schema(), "", &mut found);
    found
}

#[test]
fn schema_and_validators_know_the_same_keys() {
    let in_schema: BTreeSet<String> = keys_of_schema().into_iter().map(|(path, _)| path).collect();
    let asked = asked_by_validators();
    let only_in_schema: Vec<_> = in_schema.difference(&asked).collect();
    let only_asked: Vec<_> = asked.difference(&in_schema).collect();
    assert!(only_in_schema.is_empty() && only_asked.is_empty(), "schema {only_in_schema:?}, validators {only_asked:?}");
    assert!(in_schema.len() > 100);
}

#[test]
fn every_key_is_described() {
    let bare: Vec<_> = keys_of_schema().into_iter().filter(|(_, node)| node.get("description").is_none()).collect();
    assert!(bare.is_empty(), "{bare:#?}");
}

#[test]
fn unknown_keys_are_refused_by_the_schema_too() {
    let open: Vec<_> = keys_of_schema()
        .into_iter()
        .map(|(path, node)| (path, node.get("items").cloned().unwrap_or(node)))
        .filter(|(_, node)| {
            node.get("properties").is_some() && node.get("additionalProperties") != Some(&Value::Bool(false))
        })
        .collect();
    assert!(open.is_empty(), "{open:#?}");
    assert_eq!(schema().get("additionalProperties"), Some(&Value::Bool(false)));
}

/// Writing every default into a file changes nothing.
#[test]
fn defaults_of_the_schema_are_those_of_the_settings() {
    let mut document = Document::default();
    let mut written = 0;
    for (path, node) in keys_of_schema() {
        let Some(default) = node.get("default").filter(|_| !path.contains("[]")) else { continue };
        let value = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        let text = document.set(&path, &value).unwrap_or_else(|problems| panic!("{path} = {value}: {problems:?}"));
        document = Document::parse(&text).unwrap();
        written += 1;
    }
    assert_eq!(written, 14);
    for platform in [Platform::Linux, Platform::MacOs] {
        let settings = Settings::resolve(Some(&document), [], platform).unwrap();
        assert_eq!(settings, Settings::defaults(platform));
    }
}

#[test]
fn a_schema_without_references_or_null_is_easy_to_use_elsewhere() {
    let text = schema().to_string();
    assert!(!text.contains("$ref") && !text.contains("null"), "{text}");
}
