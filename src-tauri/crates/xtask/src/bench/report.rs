//! Rows of figures beside their targets, as one Markdown table. Knows nothing about how they were measured.

use std::fmt;

use super::Outcome;

/// How a figure stands to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Met,
    Missed,
    /// There is no target; the figure explains another.
    Untargeted,
    NotMeasured,
}

/// One figure.
#[derive(Clone, Debug)]
pub struct Row {
    figure: String,
    measured: String,
    target: String,
    verdict: Verdict,
}

impl Row {
    /// A figure that must not exceed `limit`; `measured` is how it is told, `value` what is compared.
    pub fn at_most(figure: impl Into<String>, value: f64, limit: f64, unit: &str, measured: impl Into<String>) -> Self {
        let verdict = if value <= limit { Verdict::Met } else { Verdict::Missed };
        Self {
            figure: figure.into(),
            measured: measured.into(),
            target: format!("<= {limit} {unit}").trim_end().to_owned(),
            verdict,
        }
    }

    /// A figure without a target.
    pub fn information(figure: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { figure: figure.into(), measured: measured.into(), target: String::new(), verdict: Verdict::Untargeted }
    }

    /// The same figure of something else, which is named in front.
    pub fn renamed(mut self, of: &str) -> Self {
        self.figure = format!("{of}: {}", self.figure);
        self
    }

    /// A figure that could not be measured here.
    pub fn not_measured(figure: impl Into<String>, why: impl fmt::Display) -> Self {
        let measured = format!("not measured: {why}");
        Self { figure: figure.into(), measured, target: String::new(), verdict: Verdict::NotMeasured }
    }
}

/// All rows of a run.
#[derive(Debug, Default)]
pub struct Report(Vec<Row>);

impl Report {
    /// Adds what a measurement brought, or that it failed.
    pub fn add(&mut self, what: &str, rows: Outcome<Vec<Row>>) {
        match rows {
            Ok(rows) => self.0.extend(rows),
            Err(why) => self.0.push(Row::not_measured(what, why)),
        }
    }

    /// How many targets were missed.
    pub fn missed(&self) -> usize {
        self.0.iter().filter(|row| row.verdict == Verdict::Missed).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "| Figure | Measured | Target | |\n|--|--|--|--|")?;
        for row in &self.0 {
            let verdict = match row.verdict {
                Verdict::Met => "ok",
                Verdict::Missed => "**misses**",
                Verdict::Untargeted | Verdict::NotMeasured => "",
            };
            // A bar or a line's end in an error message would break the table.
            let measured = row.measured.replace('|', "/").replace('\n', " ");
            writeln!(out, "| {} | {measured} | {} | {verdict} |", row.figure, row.target)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_what_met_its_target_what_missed_it_and_what_was_not_measured() {
        let mut report = Report::default();
        report
            .add("x", Ok(vec![Row::at_most("a", 8.0, 8.0, "ms", "8 ms"), Row::at_most("b", 8.1, 8.0, "ms", "8.1 ms")]));
        report.add("c", Err("no | screen".into()));
        assert_eq!(report.missed(), 1);
        let text = report.to_string();
        let lines: Vec<_> = text.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| a | 8 ms | <= 8 ms | ok |",
                "| b | 8.1 ms | <= 8 ms | **misses** |",
                "| c | not measured: no / screen |  |  |"
            ]
        );
    }
}
