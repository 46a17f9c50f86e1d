//! What the tray app and the program that shows its window say to each other: one JSON document a line, over the one
//! stream that connects them. Both are of the same build, so there are no versions.

use serde::{Deserialize, Serialize};

/// From the tray app to the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum ToWindow {
    /// Open, or come to the front, on a page; empty for where it is.
    Open {
        /// The page.
        route: String,
    },
    /// What an address of the tray app's own answered.
    Answer(Answer),
}

/// From the window to the tray app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum FromWindow {
    /// One `Open` was heard, and there is a window now.
    Opened,
    /// A call of an address of the tray app's own.
    Ask(Question),
}

/// A call that is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Comes back with the answer.
    pub number: u64,
    /// `GET`, `PUT`.
    pub method: String,
    /// Below the API's prefix.
    pub path: String,
    /// JSON, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Of the question.
    pub number: u64,
    /// As of HTTP.
    pub status: u16,
    /// JSON, as text.
    pub body: String,
}

/// A line for the stream, with its end.
pub fn line(words: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(words)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_on_one_line_whatever_they_hold() {
        let asked = FromWindow::Ask(Question {
            number: 7,
            method: "PUT".to_owned(),
            path: "/desktop/start-at-login".to_owned(),
            body: Some("{\n\"enabled\": true\n}".to_owned()),
        });
        let written = line(&asked).unwrap();
        assert_eq!(str::from_utf8(&written).unwrap().lines().count(), 1);
        assert_eq!(serde_json::from_slice::<FromWindow>(&written).unwrap(), asked);
        let opened: ToWindow = serde_json::from_str(r#"{"say":"open","route":"alerts/1"}"#).unwrap();
        assert_eq!(opened, ToWindow::Open { route: "alerts/1".to_owned() });
    }
}
