//! An export as CSV (RFC 4180): a line for each value. Gaps have no line.

use std::fmt::Write;

use super::Export;

pub(super) fn write(export: &Export) -> String {
    let mut text = String::from("at,name,labels,unit,value,min,max\r\n");
    for series in &export.series {
        let points = &series.points;
        let labels: Vec<String> = points.key.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let unit = serde_json::to_value(points.unit).unwrap_or_default();
        let subject =
            format!("{},{},{}", field(&points.key.name), field(&labels.join(";")), unit.as_str().unwrap_or_default());
        for point in &points.points {
            let Some(value) = point.value else { continue };
            let (min, max) = (point.min.unwrap_or(value), point.max.unwrap_or(value));
            // Writing into a text cannot fail.
            let _ = write!(text, "{},{subject},{value},{min},{max}\r\n", point.at);
        }
    }
    text
}

/// A text with a comma, a quote or a line break stands in quotes, and quotes within are doubled.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use crate::export::{ExportFormat, example};

    #[test]
    fn every_value_is_a_line_and_what_separates_is_quoted() {
        let text = example::export().write(ExportFormat::Csv);
        assert_eq!(
            text,
            "at,name,labels,unit,value,min,max\r\n\
             2026-01-01T00:00:00.000Z,host.disk.usage,\"mount=/a, \"\"b\"\"|c\",percent,61.5,60.5,62.5\r\n\
             2026-01-01T00:10:00.000Z,host.disk.usage,\"mount=/a, \"\"b\"\"|c\",percent,63,62,64\r\n"
        );
    }
}
