//! A program of this machine is told: what happened stands in `CARETAKER_*` variables and, as JSON, on its standard input.

use caretaker_core::port::{CommandLine, Commands};

use crate::courier::Delivered;
use crate::destination::Destination;
use crate::error::SendError;
use crate::letter::Letter;
use crate::webhook;

/// Only a line of what it prints is ever shown.
const OUTPUT: usize = 16 * 1024;
/// No variable is longer; the system bounds all of them together.
const LONGEST: usize = 4_000;

/// Starts it and waits for its end.
pub async fn run(
    commands: &dyn Commands,
    words: &[String],
    destination: &Destination,
    letter: &Letter<'_>,
) -> Result<Delivered, SendError> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(SendError::lasting("there is no program to start", "name one in `command`"));
    };
    let mut line = CommandLine::new(program, arguments.iter().cloned()).within(destination.limit);
    line.environment = variables(destination, letter);
    line.input = webhook::document(letter);
    line.output_bound = OUTPUT;
    let hint = "try it by hand, with `CARETAKER_EVENT=test` in its environment";
    let result = commands.run(&line).await.map_err(|error| SendError::passing(error.to_string(), hint))?;
    if result.succeeded() {
        return Ok(Delivered { answer: "exit code 0".to_owned(), took: result.took });
    }
    // What it printed may hold anything, so it is bounded and stays one line.
    let complaint: String = result.complaint().chars().filter(|c| !c.is_control()).take(200).collect();
    Err(SendError::passing(format!("`{program}` failed: {complaint}"), hint))
}

fn variables(destination: &Destination, letter: &Letter<'_>) -> Vec<(String, String)> {
    let (notice, about) = (letter.notice, letter.notice.about.as_ref());
    let mut variables: Vec<(&str, String)> = vec![
        ("ID", notice.id.0.clone()),
        ("CHANNEL", destination.id.clone()),
        ("EVENT", letter.event().to_owned()),
        ("AT", notice.created.to_string()),
        ("HOST", letter.host.to_owned()),
        ("ALERT_ID", notice.alert.0.clone()),
        ("LEVEL", notice.level.to_string()),
        ("TITLE", notice.title.clone()),
        ("SUMMARY", notice.body.clone()),
        ("ROUTE", notice.route.clone()),
        ("LINK", letter.address().unwrap_or_default()),
    ];
    if let Some(about) = about {
        variables.extend([
            ("RULE", about.rule.clone()),
            ("METRIC", about.metric.clone()),
            ("VALUE", about.value.to_string()),
            ("SINCE", about.since.to_string()),
        ]);
    }
    let bounded = |text: String| text.chars().filter(|c| *c != '\0').take(LONGEST).collect();
    variables.into_iter().map(|(name, value)| (format!("CARETAKER_{name}"), bounded(value))).collect()
}
