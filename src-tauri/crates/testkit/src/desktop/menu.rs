//! The menu of a tray item as `com.canonical.dbusmenu` sends it, made readable.

use std::collections::HashMap;

use zbus::Connection;
use zbus::zvariant::{OwnedValue, Structure, Value};

const INTERFACE: &str = "com.canonical.dbusmenu";

/// One line of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuEntry {
    /// Its number in calls.
    pub id: i32,
    /// What it says, without the mark of the access key; empty for a separator.
    pub label: String,
    /// It can be clicked.
    pub enabled: bool,
    /// It can be seen.
    pub visible: bool,
    /// It is a line between others.
    pub separator: bool,
    /// It has a check mark or radio button, and whether that is set.
    pub checked: Option<bool>,
    /// Its submenu.
    pub children: Vec<MenuEntry>,
}

impl MenuEntry {
    /// This entry or one below it with this label.
    pub fn find(&self, label: &str) -> Option<&Self> {
        if self.label == label {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(label))
    }
}

type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// Announces that the menu is about to be shown, as a desktop does, and reads all of it.
pub async fn read(connection: &Connection, owner: &str, path: &str) -> zbus::Result<Vec<MenuEntry>> {
    // Not every item has this call, and the answer changes nothing here.
    let _ = connection.call_method(Some(owner), path, Some(INTERFACE), "AboutToShow", &(0_i32,)).await;
    let all: &[&str] = &[];
    let reply = connection.call_method(Some(owner), path, Some(INTERFACE), "GetLayout", &(0_i32, -1_i32, all)).await?;
    let (_revision, root): (u32, Node) = reply.body().deserialize()?;
    Ok(entry(root).children)
}

/// Clicks on an entry.
pub async fn click(connection: &Connection, owner: &str, path: &str, id: i32) -> zbus::Result<()> {
    let event = (id, "clicked", Value::from(0_i32), 0_u32);
    connection.call_method(Some(owner), path, Some(INTERFACE), "Event", &event).await.map(|_| ())
}

fn entry((id, properties, children): Node) -> MenuEntry {
    let text = |name: &str| properties.get(name).and_then(|value| <&str>::try_from(value).ok()).unwrap_or_default();
    let flag = |name: &str| properties.get(name).and_then(|value| bool::try_from(value).ok()).unwrap_or(true);
    let state = properties.get("toggle-state").and_then(|value| i32::try_from(value).ok());
    MenuEntry {
        id,
        label: without_access_key(text("label")),
        enabled: flag("enabled"),
        visible: flag("visible"),
        separator: text("type") == "separator",
        checked: (!text("toggle-type").is_empty()).then_some(state == Some(1)),
        children: children.into_iter().filter_map(|child| node(&child)).map(entry).collect(),
    }
}

fn node(value: &Value<'_>) -> Option<Node> {
    let value = match value {
        Value::Value(inner) => inner.as_ref(),
        other => other,
    };
    Node::try_from(value.downcast_ref::<&Structure<'_>>().ok()?.try_clone().ok()?).ok()
}

/// One underscore marks the access key, two are one.
fn without_access_key(label: &str) -> String {
    label.replace("__", "\u{0}").replace('_', "").replace('\u{0}', "_")
}
