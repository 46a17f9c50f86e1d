//! Values of an alert as variables of the environment. They never become part of the text of a command.

/// The longest value, in bytes.
const LONGEST: usize = 4 * 1024;

/// What a command may know of the alert that it answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertValues {
    /// Its id.
    pub id: String,
    /// Id of its rule.
    pub rule: String,
    /// `warning` or `critical`.
    pub level: String,
    /// Name of the series.
    pub metric: String,
    /// The judged value.
    pub value: f64,
    /// In one sentence.
    pub summary: String,
    /// Labels of the series.
    pub labels: Vec<(String, String)>,
}

/// The variables: `CARETAKER_ALERT_ID`, …, and `CARETAKER_LABEL_<NAME>` for each label.
pub fn variables(alert: &AlertValues) -> Vec<(String, String)> {
    let fixed = [
        ("ID", alert.id.clone()),
        ("RULE", alert.rule.clone()),
        ("LEVEL", alert.level.clone()),
        ("METRIC", alert.metric.clone()),
        ("VALUE", alert.value.to_string()),
        ("SUMMARY", alert.summary.clone()),
    ];
    let fixed = fixed.into_iter().map(|(name, value)| (format!("CARETAKER_ALERT_{name}"), clean(&value)));
    let labels = alert.labels.iter().map(|(name, value)| (format!("CARETAKER_LABEL_{}", upper(name)), clean(value)));
    fixed.chain(labels).collect()
}

/// Two underscores in a row would make it a key of the configuration.
fn upper(name: &str) -> String {
    let mut upper = String::new();
    for letter in name.chars() {
        let letter = if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
        if letter != '_' || !(upper.is_empty() || upper.ends_with('_')) {
            upper.push(letter);
        }
    }
    upper.trim_matches('_').to_owned()
}

/// A variable cannot hold a zero byte.
fn clean(value: &str) -> String {
    let end = (0..=LONGEST.min(value.len())).rev().find(|end| value.is_char_boundary(*end)).unwrap_or_default();
    value.get(..end).unwrap_or_default().replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_in_as_they_are_and_names_set_no_key() {
        let alert = AlertValues {
            value: 97.5,
            labels: vec![
                ("mount".to_owned(), "/srv/$(touch x)`; rm -rf ~\0".to_owned()),
                ("api__listen".to_owned(), "0.0.0.0".to_owned()),
                ("__x".to_owned(), "y".to_owned()),
            ],
            ..AlertValues::default()
        };
        let found = variables(&alert);
        let value = |name: &str| found.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
        assert_eq!(value("CARETAKER_ALERT_VALUE"), Some("97.5"));
        assert_eq!(value("CARETAKER_LABEL_MOUNT"), Some("/srv/$(touch x)`; rm -rf ~"));
        assert_eq!(value("CARETAKER_LABEL_API_LISTEN"), Some("0.0.0.0"));
        assert_eq!(value("CARETAKER_LABEL_X"), Some("y"));
        assert!(found.iter().all(|(name, value)| !name.contains("__") && value.len() <= LONGEST));
    }
}
