//! The JSON Schema of `caretaker.toml`, made from the types of the sections, and the way through it to one key.

use std::sync::LazyLock;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

use super::problem::{ConfigProblem, ProblemCode};
use super::section::Sections;
use super::suggestion::nearest;

/// The schema, draft 2020-12, without references, with the meaning and the default of every key.
pub fn schema() -> Value {
    SCHEMA.clone()
}

/// It follows from the types alone, and every way to a key starts at it.
static SCHEMA: LazyLock<Value> = LazyLock::new(build);

fn build() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let generator = settings.with_transform(RecursiveTransform(simplify)).into_generator();
    let mut schema = generator.into_root_schema_for::<Sections>().to_value();
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), "caretaker.toml".into());
    }
    schema
}

/// Takes out what Rust's types bring and TOML does not have: null (what is optional is left out) and sizes of numbers.
/// A list is described by its entries.
fn simplify(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    object.remove("format");
    if let Some(description) = object.get("items").and_then(|items| items.get("description")).cloned() {
        object.entry("description").or_insert(description);
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let Some(Value::Array(mut options)) = object.remove("anyOf") else { return };
    options.retain(|option| option.get("type").is_none_or(|name| name != "null"));
    match (options.len(), options.pop()) {
        (1, Some(Value::Object(only))) => {
            // What the key says about itself goes before what its type says.
            for (name, value) in only {
                object.entry(name).or_insert(value);
            }
        }
        (_, last) => {
            options.extend(last);
            object.insert("anyOf".to_owned(), Value::Array(options));
        }
    }
}

/// One step from the top of the file to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A key, or a table that stands once.
    Key(String),
    /// The entry of a list of tables with an id.
    Entry {
        /// Key of the list.
        list: String,
        /// Id of the entry.
        id: String,
    },
}

/// The way to a key and what the schema says about it.
pub(super) struct Route {
    /// From the top of the file.
    pub steps: Vec<Step>,
    /// The schema of what stands there.
    pub node: &'static Value,
}

/// The way to a dotted path: `rule.cpu-high.warning.above`.
pub(super) fn route(path: &str) -> Result<Route, ConfigProblem> {
    let refused = |code, message: String| ConfigProblem::outside_file(path, code, message);
    let segments = toml_edit::Key::parse(path)
        .map_err(|_| refused(ProblemCode::Syntax, format!("`{path}` is no dotted key such as `collect.interval`")))?;
    let mut segments = segments.iter().map(|segment| segment.get().to_owned());
    let mut route = Route { steps: Vec::new(), node: &SCHEMA };
    while let Some(segment) = segments.next() {
        let Some(mut inner) = child(route.node, &segment) else {
            let mut problem = refused(ProblemCode::UnknownKey, format!("there is no key `{path}`"));
            let meant = nearest(&segment, children(route.node).map(|(known, _)| known.as_str()));
            problem.hint = meant.map(|known| format!("did you mean `{known}`?"));
            return Err(problem);
        };
        if !has_entries(inner) {
            route.steps.push(Step::Key(segment));
        } else if let Some(id) = segments.next() {
            inner = inner.get("items").unwrap_or(&Value::Null);
            route.steps.push(Step::Entry { list: segment, id });
        } else {
            return Err(refused(
                ProblemCode::InvalidValue,
                format!("`{path}` has several entries; name one of them: `{path}.<id>`"),
            ));
        }
        route.node = inner;
    }
    Ok(route)
}

/// Keys of a table, with their schemas.
pub(super) fn children(node: &Value) -> impl Iterator<Item = (&String, &Value)> {
    node.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn child<'n>(node: &'n Value, key: &str) -> Option<&'n Value> {
    let named = node.get("properties").and_then(|properties| properties.get(key));
    named.or_else(|| node.get("additionalProperties").filter(|schema| schema.is_object()))
}

/// Whether it is a list of tables that have ids.
fn has_entries(node: &Value) -> bool {
    node.pointer("/items/properties/id").is_some()
}
