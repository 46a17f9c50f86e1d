//! An exported alert as one HTML page: no script, no address outside of it, everything escaped; light, dark and printed.

use std::fmt::Write;

use super::{AlertExport, Table, chart};

const STYLE: &str = include_str!("style.css");

pub(super) fn write(export: &AlertExport<'_>) -> String {
    let alert = &export.detail.alert;
    let title = escaped(&format!("{} on {}", alert.title, export.host));
    // Whatever finds its way into the page, it loads nothing and runs nothing.
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    let over = if alert.resolved_at.is_some() { " over" } else { "" };
    let (sign, level) = match alert.level {
        crate::rule::Level::Warning => ("▲", "warning"),
        crate::rule::Level::Critical => ("✖", "critical"),
    };
    let shown = if over.is_empty() { level.to_owned() } else { format!("was {level}, is over") };
    // Writing into a text cannot fail.
    let _ = writeln!(
        page,
        "<header>\n<p class=\"level {level}{over}\"><span aria-hidden=\"true\">{sign}</span> {shown}</p>\n<h1>{}</h1>\n\
         <p class=\"summary\">{}</p>\n</header>",
        escaped(&alert.title),
        escaped(&alert.summary)
    );
    if let Some(figure) = chart::draw(export) {
        page.push_str(&figure);
    }
    page.push_str("<dl>\n");
    for (name, value) in export.facts() {
        let _ = writeln!(page, "<div><dt>{name}</dt><dd>{}</dd></div>", escaped(&value));
    }
    page.push_str("</dl>\n");
    for table in export.tables() {
        section(&mut page, &table);
    }
    let _ = writeln!(
        page,
        "<footer>Written by Caretaker {} on {}.</footer>\n</body>\n</html>",
        escaped(export.version),
        escaped(&(export.moment)(export.now))
    );
    page
}

fn section(page: &mut String, table: &Table) {
    let _ = writeln!(page, "<section>\n<h2>{}</h2>", table.title);
    if !table.rows.is_empty() {
        let heads = cells(table.heads.iter().copied(), "<th scope=\"col\">", "</th>");
        let class = if table.heads.first() == Some(&"When") { " class=\"moments\"" } else { "" };
        let _ = writeln!(page, "<div class=\"wide\"><table{class}>\n<thead><tr>{heads}</tr></thead>\n<tbody>");
        for row in &table.rows {
            let _ = writeln!(page, "<tr>{}</tr>", cells(row.iter().map(String::as_str), "<td>", "</td>"));
        }
        page.push_str("</tbody>\n</table></div>\n");
    }
    if !table.note.is_empty() {
        let _ = writeln!(page, "<p class=\"note\">{}</p>", escaped(&table.note));
    }
    page.push_str("</section>\n");
}

fn cells<'c>(texts: impl Iterator<Item = &'c str>, open: &str, close: &str) -> String {
    texts.map(|text| [open, &escaped(text), close].concat()).collect()
}

/// A text that can be no markup, in an element and in an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter if letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}
