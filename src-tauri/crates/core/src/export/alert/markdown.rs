//! An exported alert as Markdown.

use std::fmt::Write;

use super::{AlertExport, Table};

pub(super) fn write(export: &AlertExport<'_>) -> String {
    let alert = &export.detail.alert;
    let mut text = format!("# {}\n\n{}\n\n| | |\n|:--|:--|\n", plain(&alert.title), plain(&alert.summary));
    for (name, value) in export.facts() {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "| {name} | {} |", plain(&value));
    }
    for table in export.tables() {
        section(&mut text, &table);
    }
    let _ = writeln!(text, "\nWritten by Caretaker {} on {}.", export.version, (export.moment)(export.now));
    text
}

fn section(text: &mut String, table: &Table) {
    let _ = writeln!(text, "\n## {}\n", table.title);
    if !table.rows.is_empty() {
        let _ = writeln!(text, "| {} |", table.heads.join(" | "));
        let _ = writeln!(text, "|{}", ":--|".repeat(table.heads.len()));
        for row in &table.rows {
            let cells: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    if !table.note.is_empty() {
        let lead = if table.rows.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{lead}{}", plain(&table.note));
    }
}

/// A bar would end the cell, and other signs could become markup.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '|' | '\\' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '#' | '!') {
            safe.push('\\');
        }
        safe.push(if letter.is_control() { ' ' } else { letter });
    }
    safe
}
