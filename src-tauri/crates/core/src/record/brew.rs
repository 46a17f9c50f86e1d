//! What Homebrew installed: each version of a formula has a receipt, each version of an app a folder named after the moment.
//! Whether a version replaced another is not written down; what was removed leaves nothing.

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::packages::together;
use crate::alert::RecentChange;
use crate::time::Timestamp;

const VERB: &str = "Installed";

/// What lies in the folders of Homebrew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrewTraces {
    /// Names of formulas with the text of a receipt.
    pub receipts: Vec<(String, String)>,
    /// Names of apps with the name of a folder, such as `20261128081201.123`.
    pub apps: Vec<(String, String)>,
}

/// The part of `INSTALL_RECEIPT.json` that matters here.
#[derive(Deserialize)]
struct Receipt {
    /// Seconds since 1970; none for what a mirror poured without saying when.
    time: Option<i64>,
}

/// Installed formulas and apps since `since`, the newest first; what came together is one change.
pub fn parse_brew(traces: &BrewTraces, since: Timestamp) -> Vec<RecentChange> {
    let formulas = traces.receipts.iter().filter_map(|(name, text)| {
        let seconds = serde_json::from_str::<Receipt>(text).ok()?.time?;
        Some((Timestamp::from_millis(seconds.checked_mul(1_000)?), VERB, name.as_str()))
    });
    let apps = traces.apps.iter().filter_map(|(name, folder)| Some((moment(folder)?, VERB, name.as_str())));
    let mut entries: Vec<(Timestamp, &str, &str)> = formulas.chain(apps).filter(|(at, ..)| *at >= since).collect();
    entries.sort();
    together(entries)
}

/// In UTC, to the millisecond.
fn moment(folder: &str) -> Option<Timestamp> {
    let at = NaiveDateTime::parse_from_str(folder, "%Y%m%d%H%M%S%.3f").ok()?;
    Some(Timestamp::from_millis(at.and_utc().timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIPT: &str = include_str!("../../../../../tests/fixtures/logs/brew-receipt.json");

    #[test]
    fn formulas_and_apps_that_came_lately_are_told_together() {
        let named = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect::<Vec<_>>()
        };
        let traces = BrewTraces {
            receipts: named(&[
                ("jq", RECEIPT),
                ("oniguruma", r#"{"time": 1764316800}"#),
                ("old", r#"{"time": 1600000000}"#),
                ("poured", r#"{"time": null}"#),
                ("far", r#"{"time": 9223372036854775807}"#),
                ("torn", r#"{"time": 17643"#),
            ]),
            apps: named(&[("ollama", "20251128101500.250"), ("lm-studio", ".DS_Store")]),
        };
        let changes = parse_brew(&traces, "2025-11-27T22:00:00Z".parse().unwrap());
        let texts: Vec<_> = changes.iter().map(|change| (change.at.to_string(), change.text.as_str())).collect();
        assert_eq!(
            texts,
            [
                ("2025-11-28T10:15:00.250Z".to_owned(), "Installed the package ollama"),
                ("2025-11-28T08:01:20.000Z".to_owned(), "Installed the packages oniguruma, jq"),
            ]
        );
    }
}
