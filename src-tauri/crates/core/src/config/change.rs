//! Several changes to the file's text as one, so that what only makes sense together can be set: a new rule with its series
//! and its bound.

use super::document::Document;
use super::problem::{ConfigProblem, ProblemCode};
use super::set::{insert, proven};

impl Document {
    /// The text with these keys set or, without a value, removed. A key to be removed that is not there is passed over.
    ///
    /// # Errors
    /// Every mistake that the changes would bring together; line and column are 0.
    pub fn change(&self, changes: &[(String, Option<String>)]) -> Result<String, Vec<ConfigProblem>> {
        let mut tree = self.to_tree()?;
        for (key, value) in changes {
            if let Some(value) = value {
                insert(&mut tree, key, value).map_err(|problem| vec![problem])?;
            }
        }
        let mut text = proven(tree.to_string())?;
        for (key, _) in changes.iter().filter(|(_, value)| value.is_none()) {
            match Self::parse(&text)?.unset(key) {
                Ok(without) => text = without,
                Err(problems) if problems.iter().all(|problem| problem.code == ProblemCode::MissingKey) => {}
                Err(problems) => return Err(problems),
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(list: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
        list.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned))).collect()
    }

    #[test]
    fn a_new_rule_is_set_whole() {
        let document = Document::parse("# mine\n").unwrap();
        let text = document
            .change(&changes(&[
                ("rule.gpu.metric", Some("host.gpu.usage")),
                ("rule.gpu.over", Some("5m")),
                ("rule.gpu.warning.above", Some("90")),
            ]))
            .unwrap();
        assert!(text.starts_with("# mine\n") && text.contains("id = \"gpu\""), "{text}");
        assert!(document.set("rule.gpu.metric", "host.gpu.usage").is_err(), "one by one it would be incomplete");
    }

    #[test]
    fn setting_and_removing_go_together_and_mistakes_change_nothing() {
        let document = Document::parse("[[rule]]\nid = \"cpu-high\"\nfor = \"2m\"\n").unwrap();
        let text = document
            .change(&changes(&[
                ("rule.cpu-high.warning.above", Some("60")),
                ("rule.cpu-high.for", None),
                ("collect.interval", None),
            ]))
            .unwrap();
        assert!(text.contains("above = 60") && !text.contains("for ="), "{text}");
        let problems = document.change(&changes(&[("rule.cpu-high.warning.above", Some("95"))])).unwrap_err();
        assert_eq!(problems[0].code, ProblemCode::Contradictory);
    }
}
