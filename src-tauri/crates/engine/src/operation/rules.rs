//! Rules being changed: what a changed rule would have done, and saving it whole.

use std::collections::BTreeMap;
use std::time::Instant;

use caretaker_core::alert::Backtest;
use caretaker_core::config::{Document, rule_text};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::rule::Rule;
use caretaker_core::time::Span;
use caretaker_core::view::{BacktestRequest, BacktestView, ConfigurationView, RuleRequest};

use super::configuration::refused;
use crate::configuration::resolve;
use crate::engine::Engine;
use crate::past::replay;

const BACK: Span = Span::from_days(30);

impl Engine {
    /// Replays stored rounds through a rule with changes, which need not be saved.
    pub async fn backtest(&self, request: BacktestRequest) -> Result<BacktestView, Problem> {
        let rule = self.changed_rule(&request.rule, &request.set)?;
        let to = self.now();
        let from = to - request.since.unwrap_or(BACK);
        if from >= to {
            return Err(Problem::new(Code::Usage, "the range ends before it begins").hint("for example `--since 30d`"));
        }
        let started = Instant::now();
        let repeat = self.settings().notify.repeat;
        let judged = rule.clone();
        let (fired, would_notify, measured) = self
            .blocking(move |inner| {
                let mut backtest = [Backtest::new(&judged, repeat)];
                let measured = replay(&inner.metrics, &judged, from, &mut backtest)?;
                let [backtest] = backtest;
                let (fired, would_notify) = backtest.finish();
                Ok((fired, would_notify, measured))
            })
            .await?;
        Ok(BacktestView {
            rule_text: rule_text(&rule),
            rule,
            from,
            measured_from: measured.from,
            to,
            fired,
            would_notify,
            rounds: measured.rounds,
            took_ms: started.elapsed().as_secs_f64() * 1_000.0,
        })
    }

    /// Changes keys of a rule in the file, or adds the rule, all at once. Takes it over at once.
    pub async fn change_rule(&self, id: &str, request: RuleRequest) -> Result<ConfigurationView, Problem> {
        self.changed_rule(id, &request.set)?;
        self.change_configuration(keys(id, &request.set), format!("Changed the rule {id}")).await
    }

    /// The rule as the file would have it with these changes.
    fn changed_rule(&self, id: &str, set: &BTreeMap<String, Option<String>>) -> Result<Rule, Problem> {
        let in_force = self.0.in_force.borrow().clone();
        let text = in_force.text.as_deref().unwrap_or_default();
        let changed = Document::parse(text)
            .and_then(|document| document.change(&keys(id, set)))
            .map_err(|problems| refused(&format!("rule.{id}"), &problems))?;
        let settings = resolve(Some(&changed), &self.0.environment, self.0.platform)
            .map_err(|problems| refused(&format!("rule.{id}"), &problems))?;
        settings.rules.into_iter().find(|rule| rule.id == id).ok_or_else(|| {
            Problem::new(Code::NotFound, format!("there is no rule `{id}`"))
                .hint("`caretaker alerts rules` lists them; a new one needs `metric` and a bound")
        })
    }
}

fn keys(id: &str, set: &BTreeMap<String, Option<String>>) -> Vec<(String, Option<String>)> {
    set.iter().map(|(key, value)| (format!("rule.{id}.{key}"), value.clone())).collect()
}
