//! An export as one JSON document, in the shapes of the API.

use super::Export;

pub(super) fn write(export: &Export) -> String {
    // Every key is a text and every number finite or null, so that writing cannot fail.
    let mut text = serde_json::to_string_pretty(export).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use crate::export::{ExportFormat, example};

    #[test]
    fn a_gap_is_null_and_labels_keep_their_letters() {
        let text = example::export().write(ExportFormat::Json);
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["step_ms"], 300_000);
        assert_eq!(read["series"][0]["labels"]["mount"], "/a, \"b\"|c");
        assert_eq!(read["series"][0]["kind"], "gauge");
        assert!(read["series"][0]["points"][1]["value"].is_null());
        assert_eq!(read["series"][0]["points"][2]["value"], 63.0);
    }
}
