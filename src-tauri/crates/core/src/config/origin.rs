//! Where each value of the settings comes from, for `config show --origin`.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use toml_edit::Value;
use utoipa::ToSchema;

use super::document::Document;
use super::environment;
use super::lookup;
use super::report::position;
use super::schema::{Step, route};
use super::settings::Settings;
use super::syntax::Tree;

/// One value of the settings and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Origin {
    /// Dotted path, as `config set` takes it: `rule.cpu-high.warning.above`.
    pub key: String,
    /// The value as it would stand in the file: `"30s"`, `20`, `true`.
    pub value: String,
    /// Where it comes from.
    pub origin: ValueOrigin,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueOrigin {
    /// Nobody set it.
    Default,
    /// The configuration file.
    File {
        /// Its line there, from 1.
        line: u32,
    },
    /// The environment.
    Environment {
        /// Name of the variable.
        variable: String,
    },
}

impl Settings {
    /// Every value of these settings with where it comes from, in the order of the sections. `document` and
    /// `environment` are those that the settings were resolved from.
    pub fn origins(
        &self,
        document: Option<&Document>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Vec<Origin> {
        let overrides = environment::overrides(environment);
        let text = document.map(Document::text).unwrap_or_default();
        // The text of a document was parsed before, so this cannot fail; if it did, all would be defaults.
        let tree = Tree::parse(text.to_owned()).ok();
        let line_of = |key: &str| {
            let route = route(key).ok()?;
            let range =
                ancestors(&route.steps).find_map(|steps| lookup::find(tree.as_ref()?.as_table(), steps)?.range)?;
            Some(position(text, range.start).0)
        };
        let origin_of = |key: &str| {
            if let Some(change) = overrides.iter().find(|change| change.key == key) {
                return ValueOrigin::Environment { variable: change.variable.clone() };
            }
            line_of(key).map_or(ValueOrigin::Default, |line| ValueOrigin::File { line })
        };
        let values = self.values();
        values.into_iter().map(|(key, value)| Origin { origin: origin_of(&key), key, value }).collect()
    }

    /// Every value under its dotted path, as it would stand in the file.
    fn values(&self) -> Vec<(String, String)> {
        let json = serde_json::to_value(self).unwrap_or_default();
        let mut values = Vec::new();
        for section in ["collect", "keep", "notify", "api"] {
            flatten(section, &json[section], &mut values);
            if section == "notify" {
                flatten_channels(&json[section]["channel"], &mut values);
            }
        }
        for (list, section) in [("exports", "export"), ("approvals", "approval"), ("rules", "rule")] {
            for entry in json[list].as_array().into_iter().flatten() {
                let id = entry["id"].as_str().unwrap_or_default();
                for (key, value) in entry.as_object().into_iter().flatten().filter(|(key, _)| *key != "id") {
                    flatten(&format!("{section}.{id}.{key}"), value, &mut values);
                }
            }
        }
        values
    }
}

/// The steps to a key, then those to the table around it as long as that is the value of a key: the file may have
/// `warning = { above = 75 }` or quiet hours as one value.
fn ancestors(steps: &[Step]) -> impl Iterator<Item = &[Step]> {
    let shortest = steps.iter().rposition(|step| matches!(step, Step::Entry { .. })).map_or(2, |entry| entry + 2);
    (shortest..=steps.len()).rev().map(|length| &steps[..length])
}

/// Channels go by their id, as rules do.
fn flatten_channels(channels: &Json, values: &mut Vec<(String, String)>) {
    for channel in channels.as_array().into_iter().flatten() {
        let id = channel["id"].as_str().unwrap_or_default();
        for (key, value) in channel.as_object().into_iter().flatten().filter(|(key, _)| *key != "id") {
            flatten(&format!("notify.channel.{id}.{key}"), value, values);
        }
    }
}

fn flatten(key: &str, value: &Json, values: &mut Vec<(String, String)>) {
    match value {
        Json::Array(_) if key == "notify.channel" => {}
        Json::Object(fields) => {
            for (name, value) in fields {
                flatten(&format!("{key}.{}", toml_edit::Key::new(name)), value, values);
            }
        }
        Json::Null => {}
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
            values.push((key.to_owned(), to_toml(value).to_string()));
        }
    }
}

/// A value as the file has it.
pub(super) fn to_toml(value: &Json) -> Value {
    match value {
        Json::Bool(truth) => (*truth).into(),
        Json::Number(number) => {
            // The file has `75` where JSON has `75.0`.
            let float = number.as_f64().unwrap_or_default();
            let whole = float as i64;
            if whole as f64 == float { whole.into() } else { float.into() }
        }
        Json::String(text) => text.as_str().into(),
        Json::Array(values) => Value::Array(values.iter().map(to_toml).collect()),
        Json::Object(fields) => {
            Value::InlineTable(fields.iter().map(|(name, value)| (name.as_str(), to_toml(value))).collect())
        }
        Json::Null => Value::Array(toml_edit::Array::new()),
    }
}
