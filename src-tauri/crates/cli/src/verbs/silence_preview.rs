//! What a silence would mute, in words: before it is made, with `--dry-run`.

use std::fmt::Write;

use caretaker_core::time::Timestamp;
use caretaker_core::view::SilencePreview;

use super::alerts_list;
use crate::render::Terminal;

/// The words.
pub fn words(terminal: &Terminal, preview: &SilencePreview, now: Timestamp) -> String {
    let mut text = String::new();
    // Writing into a text cannot fail.
    let _ = write(&mut text, terminal, preview, now);
    text
}

fn write(text: &mut String, terminal: &Terminal, preview: &SilencePreview, now: Timestamp) -> std::fmt::Result {
    writeln!(text, "Would silence {} {}", preview.view.what, alerts_list::lasting(&preview.view.silence, now))?;
    if let Some(before) = &preview.changes {
        writeln!(text, "It would change the silence {}.", before.silence.id.0)?;
    }
    if preview.series == Some(0) {
        writeln!(text, "No series that is measured now has these labels.")?;
    }
    if preview.alerts.is_empty() {
        let later = if preview.is_lasting { "; it mutes what comes" } else { "" };
        writeln!(text, "\nNothing is open that it would mute{later}.")?;
    } else {
        let and = if preview.is_lasting { ", and what comes" } else { "" };
        writeln!(text, "\nOpen, and muted by it{and}:")?;
        write!(text, "{}", alerts_list::table(terminal, &preview.alerts, now).indented(2).render(terminal))?;
    }
    if !preview.lately.is_empty() {
        let more = preview.lately_count as usize - preview.lately.len();
        let more = if more == 0 { String::new() } else { format!(", of them the newest {}", preview.lately.len()) };
        writeln!(text, "\n{} of the last 7 days that it would have muted{more}:", count(preview.lately_count))?;
        write!(text, "{}", alerts_list::table(terminal, &preview.lately, now).indented(2).render(terminal))?;
    }
    writeln!(text, "\nNothing was changed.")
}

fn count(alerts: u32) -> String {
    if alerts == 1 { "1 alert".to_owned() } else { format!("{alerts} alerts") }
}
