//! What PostgreSQL says, judged: what is worth a look, and at which bounds.

use super::postgres::{PostgresFacts, PostgresLook, Statements, UselessBecause};
use crate::maintenance::{Figure, Finding, Outcome, RunResult};
use crate::metric::Unit;

/// More of the allowed connections in use are too many, %.
const MANY_CONNECTIONS: u64 = 80;
/// Dead rows are worth a look from this share of a table on, %, and this many.
const DEAD_PERCENT: u64 = 20;
const DEAD_ROWS: u64 = 10_000;
/// A query that takes longer on average is slow, ms.
const SLOW_MS: f64 = 500.0;
/// An unused index is told only after so many days of counting.
const COUNTED_DAYS: u64 = 7;

/// What came of the looks; `before` has the sizes of the run before.
pub fn judge_postgres(looks: &[PostgresLook], before: &dyn Fn(&str) -> Option<f64>) -> Outcome {
    let mut findings = Vec::new();
    let mut figures = Vec::new();
    for look in looks {
        match &look.facts {
            Some(facts) => judge(&look.database, facts, before, &mut findings, &mut figures),
            None => findings.push(
                Finding::attention(
                    &look.database,
                    format!("It could not be asked: {}.", look.why.trim_end_matches('.')),
                )
                .hint("see the runbook `database-connection`"),
            ),
        }
    }
    let reached = looks.iter().filter(|look| look.facts.is_some()).count();
    let sentence = format!("{reached} of {} PostgreSQL {} answered.", looks.len(), plural(looks.len()));
    let outcome = Outcome { figures, ..Outcome::found(sentence, findings) };
    Outcome { result: if reached == 0 { RunResult::Failed } else { outcome.result }, ..outcome }
}

fn plural(number: usize) -> &'static str {
    if number == 1 { "database" } else { "databases" }
}

fn percent(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100).checked_div(whole).unwrap_or(0)
}

fn judge(
    name: &str,
    facts: &PostgresFacts,
    before: &dyn Fn(&str) -> Option<f64>,
    findings: &mut Vec<Finding>,
    figures: &mut Vec<Figure>,
) {
    let either = |is_bad: bool, text: String, hint: &str| {
        if is_bad { Finding::attention(name, text).hint(hint) } else { Finding::note(name, text) }
    };
    let bytes = facts.bytes as f64;
    let size = format!("size {name}");
    let grown = before(&size).map(|old| grown(bytes - old)).unwrap_or_default();
    findings.push(Finding::note(name, format!("It takes up {}{grown}.", Unit::Bytes.format(bytes))));
    let used = percent(facts.connections, facts.most_connections);
    findings.push(either(
        used >= MANY_CONNECTIONS,
        format!("{} of {} connections are in use ({used} %).", facts.connections, facts.most_connections),
        "see which programs keep them: `SELECT usename, application_name, count(*) FROM pg_stat_activity GROUP BY 1, 2`",
    ));
    if facts.idle_in_transaction > 0 {
        findings.push(
            Finding::attention(
                name,
                format!(
                    "{} connections wait in an open transaction for more than 5 minutes.",
                    facts.idle_in_transaction
                ),
            )
            .hint("dead rows cannot be cleared behind them"),
        );
    }
    let frozen = percent(facts.age, facts.freeze_age);
    findings.push(either(
        facts.age > facts.freeze_age,
        format!("The oldest row that is not frozen is {} transactions old, {frozen} % of the age at which the server cleans up by force.", facts.age),
        "run `VACUUM (FREEZE)` when few people work, and see why autovacuum does not get through",
    ));
    for table in &facts.tables {
        let share = percent(table.dead, table.live.saturating_add(table.dead));
        let when = table.vacuumed_days.map_or_else(
            || "never cleaned up".to_owned(),
            |days| if days == 0 { "cleaned up today".to_owned() } else { format!("cleaned up {days} d ago") },
        );
        findings.push(either(
            share >= DEAD_PERCENT && table.dead >= DEAD_ROWS,
            format!(
                "`{}` has {} dead rows beside {} live ones ({share} %), {when}.",
                table.name, table.dead, table.live
            ),
            "run `VACUUM (ANALYZE)` on it, and see why autovacuum does not get through",
        ));
    }
    for index in &facts.indexes {
        let bytes = Unit::Bytes.format(index.bytes as f64);
        let text = match &index.because {
            UselessBecause::Unused if facts.counted_days < COUNTED_DAYS => continue,
            UselessBecause::Unused => format!(
                "The index `{}` of `{}` was not used in {} days; it takes up {bytes}.",
                index.name, index.table, facts.counted_days
            ),
            UselessBecause::Covered(by) => format!(
                "The index `{}` of `{}` is not needed: `{by}` begins with the same columns; it takes up {bytes}.",
                index.name, index.table
            ),
        };
        findings.push(Finding::note(name, text));
    }
    match &facts.statements {
        Statements::NotAvailable(why) => {
            findings
                .push(Finding::note(name, format!("Slow queries are not available: {}.", why.trim_end_matches('.'))));
        }
        Statements::Known(queries) => {
            let slow = queries.iter().filter(|query| query.mean_ms >= SLOW_MS);
            findings.extend(slow.map(|query| {
                let text = format!("{:.0} ms on average over {} calls: {}", query.mean_ms, query.calls, query.text);
                Finding::attention(name, text)
            }));
        }
    }
    findings.extend(facts.missing.iter().map(|text| Finding::note(name, text.clone())));
    let mut figure = |name: String, value: f64, unit: &str| figures.push(Figure { name, value, unit: unit.to_owned() });
    figure(size, bytes, "bytes");
    figure(format!("connections {name}"), facts.connections as f64, "");
    figure(format!("dead rows {name}"), facts.tables.iter().map(|table| table.dead).sum::<u64>() as f64, "");
    figure(format!("age {name}"), facts.age as f64, "");
}

/// `, 3 MB more than the time before`; nothing for what stayed.
pub(super) fn grown(bytes: f64) -> String {
    if bytes.abs() < 1_000.0 {
        return String::new();
    }
    let way = if bytes > 0.0 { "more" } else { "less" };
    format!(", {} {way} than the time before", Unit::Bytes.format(bytes.abs()))
}

#[cfg(test)]
mod tests {
    use super::super::postgres::{PostgresIndex, PostgresTable, SlowQuery};
    use super::*;
    use crate::maintenance::Weight;

    fn calm() -> PostgresFacts {
        PostgresFacts {
            bytes: 10_000_000,
            connections: 10,
            most_connections: 100,
            age: 1_000,
            freeze_age: 200_000_000,
            counted_days: 30,
            ..PostgresFacts::default()
        }
    }

    fn pressing(facts: PostgresFacts) -> Vec<String> {
        let look = PostgresLook { database: "board".to_owned(), facts: Some(facts), why: String::new() };
        let outcome = judge_postgres(&[look], &|_| Some(4_000_000.0));
        let attention = outcome.findings.into_iter().filter(|finding| finding.weight == Weight::Attention);
        attention.map(|finding| finding.text).collect()
    }

    #[test]
    fn only_what_is_beyond_its_bound_is_worth_a_look() {
        assert_eq!(pressing(calm()), Vec::<String>::new());
        assert!(pressing(PostgresFacts { connections: 80, ..calm() })[0].starts_with("80 of 100 connections"));
        assert!(pressing(PostgresFacts { age: 200_000_001, ..calm() })[0].contains("not frozen"));
        let table = |live, dead| PostgresTable { name: "public.a".to_owned(), live, dead, vacuumed_days: None };
        assert!(pressing(PostgresFacts { tables: vec![table(40_000, 9_999)], ..calm() }).is_empty());
        assert!(pressing(PostgresFacts { tables: vec![table(90_000, 20_000)], ..calm() }).is_empty());
        assert_eq!(pressing(PostgresFacts { tables: vec![table(40_000, 10_000)], ..calm() }).len(), 1);
        let slow = |mean_ms| Statements::Known(vec![SlowQuery { text: "SELECT".to_owned(), calls: 3, mean_ms }]);
        assert_eq!(pressing(PostgresFacts { statements: slow(500.0), ..calm() }).len(), 1);
        assert!(pressing(PostgresFacts { statements: slow(499.0), ..calm() }).is_empty());
    }

    #[test]
    fn an_index_is_called_unused_only_after_days_of_counting() {
        let index = PostgresIndex {
            name: "public.by_day".to_owned(),
            table: "public.a".to_owned(),
            bytes: 8_192,
            because: UselessBecause::Unused,
        };
        let said = |counted_days| {
            let facts = PostgresFacts { indexes: vec![index.clone()], counted_days, ..calm() };
            let look = PostgresLook { database: "board".to_owned(), facts: Some(facts), why: String::new() };
            let findings = judge_postgres(&[look], &|_| None).findings;
            findings.iter().any(|finding| finding.text.contains("was not used"))
        };
        assert!(said(7) && !said(6));
    }

    #[test]
    fn one_that_does_not_answer_is_said_and_all_of_them_are_a_failure() {
        let silent = PostgresLook { database: "board".to_owned(), facts: None, why: "no such host".to_owned() };
        let outcome = judge_postgres(std::slice::from_ref(&silent), &|_| None);
        assert_eq!(outcome.result, RunResult::Failed);
        let well = PostgresLook { database: "shop".to_owned(), facts: Some(calm()), why: String::new() };
        let outcome = judge_postgres(&[silent, well], &|_| Some(4_000_000.0));
        assert_eq!(outcome.result, RunResult::Attention);
        assert!(
            outcome.findings.iter().any(|finding| finding.text.contains("6 MB more than the time before")),
            "{outcome:?}"
        );
        assert!(outcome.findings.iter().any(|finding| finding.text.contains("not available: nobody asked")));
    }
}
