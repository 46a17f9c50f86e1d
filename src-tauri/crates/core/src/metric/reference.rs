//! The page `docs/reference/series.md`, written from the catalogue.

use std::fmt::Write;

use super::{CATALOGUE, KnownSeries};

const INTRODUCTION: &str = "\
# Series

What Caretaker measures by itself, and where each system has it from.
This page is generated from the program; do not edit.

- A round every 30 seconds (`collect.interval`) gives one sample of each series; what a disk says of its health is asked every 10 minutes and repeated in between.
- What a machine does not have is not there: no series, no tile, no alert. `caretaker doctor sensors` says what was looked for and why it is absent.
- `caretaker metrics list` shows the series of this machine with their newest values; labels stand in braces: `host.disk.free{mount=/}`.
- A dash means that the system does not have the series.
";

/// Themes by the beginning of the name, in the order of the page.
const THEMES: [(&str, &[&str]); 13] = [
    ("CPU and load", &["host.cpu.", "host.load."]),
    ("Memory and swap", &["host.memory.", "host.swap."]),
    ("Disks", &["host.disk.", "host.io."]),
    ("Network", &["host.network."]),
    ("Temperature, fans and power", &["host.temperature", "host.thermal.", "host.fan", "host.power"]),
    ("GPU", &["host.gpu."]),
    ("The machine", &["host."]),
    ("Local models", &["model."]),
    ("Backups", &["backup."]),
    ("Databases", &["database."]),
    ("Maintenance", &["task."]),
    ("Caretaker itself", &["caretaker."]),
    ("Others", &[""]),
];

/// The page in Markdown.
pub fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (index, (theme, _)) in THEMES.iter().enumerate() {
        let rows: Vec<&KnownSeries> = CATALOGUE.iter().filter(|series| place(series.name) == index).collect();
        if rows.is_empty() {
            continue;
        }
        // Writing to a text cannot fail.
        let _ = write!(
            page,
            "\n## {theme}\n\n| Series | Unit | Labels | What it says | Linux | macOS |\n|--|--|--|--|--|--|\n"
        );
        for series in rows {
            let labels: Vec<String> = series.labels.iter().map(|label| format!("`{label}`")).collect();
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} | {} | {} |",
                series.name,
                series.unit.symbol(),
                labels.join(", "),
                series.meaning,
                or_dash(series.linux),
                or_dash(series.macos)
            );
        }
    }
    page
}

/// The first theme that a name begins with.
fn place(name: &str) -> usize {
    let begins = |(_, prefixes): &(&str, &[&str])| prefixes.iter().any(|prefix| name.starts_with(prefix));
    THEMES.iter().position(begins).unwrap_or(THEMES.len() - 1)
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_stands_on_the_page_once_under_its_theme() {
        let page = reference();
        for series in CATALOGUE {
            assert_eq!(page.matches(&format!("| `{}` |", series.name)).count(), 1, "{}", series.name);
        }
        let gpu = page.split("## GPU").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap_or_default();
        assert!(gpu.contains("`host.gpu.usage` | % | `gpu` |"), "{gpu}");
        assert!(!page.contains("## Others"), "{page}");
    }
}
