//! What was found in SQLite databases, judged: findings and figures for people, and what is remembered for the series.

use super::known::{Integrity, KnownDatabase, KnownDatabases};
use super::order::{SqliteOutcome, SqliteReport};
use super::postgres_judge::grown;
use super::sqlite::{CareAnswer, CareSteps, SqliteFacts, Verdict, pays};
use crate::backup::Refusal;
use crate::maintenance::{Figure, Finding, Outcome};
use crate::metric::Unit;
use crate::time::Timestamp;

/// What was known before the look.
pub struct Before<'a> {
    /// Databases, as they were seen last.
    pub known: &'a KnownDatabases,
    /// A figure of the run before.
    pub figure: &'a dyn Fn(&str) -> Option<f64>,
    /// Which backup has a database whole, in a sentence.
    pub last_good: &'a dyn Fn(&str) -> String,
    /// What was done with them.
    pub steps: CareSteps,
    /// The present.
    pub now: Timestamp,
}

/// What it means.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// For people.
    pub outcome: Outcome,
    /// What is to be remembered of each database that was seen.
    pub seen: KnownDatabases,
    /// Databases that could not be looked at: what was known of them stays.
    pub unseen: Vec<String>,
    /// Databases that are not there.
    pub gone: Vec<String>,
}

/// Judges a look at databases.
pub fn judge_sqlite(found: &SqliteOutcome, before: &Before<'_>) -> Judged {
    let mut judged = Judged::default();
    let mut findings = Vec::new();
    let (mut held, mut damaged) = (0, Vec::new());
    for SqliteReport { file, answer } in &found.databases {
        let name = file.to_string();
        let known = before.known.get(&name);
        let what = match answer {
            CareAnswer::Cared(facts) => match &facts.verdict {
                Verdict::Damaged(what) => Some(what.clone()),
                Verdict::NotChecked | Verdict::Whole(_) | Verdict::Odd(_) => None,
            },
            CareAnswer::Refused { because: Refusal::Damaged, why } => Some(format!("it {why}")),
            // What begins otherwise may be encrypted; what was a database before is damaged.
            CareAnswer::Strange(how) if known.is_some() => Some(format!("it {how}, and was a database before")),
            CareAnswer::Strange(_) | CareAnswer::Missing | CareAnswer::Refused { .. } | CareAnswer::Failed(_) => None,
        };
        if let Some(what) = what {
            let last_good = (before.last_good)(&name);
            findings.push(
                Finding::attention(
                    &name,
                    format!("It is damaged: {}. {}.", what.trim_end_matches('.'), capital(&last_good)),
                )
                .hint("write nothing to it; follow the runbook `database-damaged`"),
            );
            let seen = KnownDatabase {
                integrity: Integrity::Damaged,
                what,
                last_good,
                looked: before.now,
                ..KnownDatabase::default()
            };
            judged.seen.insert(name.clone(), seen);
            damaged.push(name);
            continue;
        }
        match answer {
            CareAnswer::Cared(facts) => {
                held = held.max(facts.held_ms);
                told(&name, facts, before, &mut findings);
                judged.outcome.figures.push(Figure {
                    name: size(&name),
                    value: facts.bytes as f64,
                    unit: "bytes".to_owned(),
                });
                // Who did not look knows no better than before.
                let is_checked = facts.verdict != Verdict::NotChecked;
                let seen = match known.filter(|_| !is_checked) {
                    Some(known) => KnownDatabase { bytes: facts.bytes, ..known.clone() },
                    None if is_checked => {
                        KnownDatabase { looked: before.now, bytes: facts.bytes, ..KnownDatabase::default() }
                    }
                    None => continue,
                };
                judged.seen.insert(name, seen);
            }
            CareAnswer::Missing => {
                findings.push(Finding::attention(&name, "It is not there."));
                judged.gone.push(name);
            }
            CareAnswer::Strange(how) => findings.push(Finding::attention(&name, format!("It {how}."))),
            CareAnswer::Refused { why, .. } => {
                findings.push(Finding::attention(&name, format!("It could not be looked at: it {why}.")));
                judged.unseen.push(name);
            }
            CareAnswer::Failed(problem) => {
                findings.push(Finding::attention(&name, format!("It could not be looked at: {problem}.")));
                judged.unseen.push(name);
            }
        }
    }
    for (folder, why) in &found.unsearched {
        findings.push(Finding::attention(folder, format!("No databases were looked for there: {why}.")));
    }
    if found.left_out > 0 {
        let text = format!("{} more databases were found than one run looks at.", found.left_out);
        findings.push(Finding::attention("databases", text).hint("name those that matter in tasks of their own"));
    }
    let all = found.databases.len();
    let sentence = match damaged.as_slice() {
        [] if before.steps.check == super::CheckDepth::None => format!("{} looked after.", databases(all)),
        [] => format!("{} looked at; none is damaged.", databases(all)),
        [one] => format!("`{one}` is damaged; {} looked at.", databases(all)),
        several => format!("{} of {} are damaged.", several.len(), databases(all)),
    };
    let mut figures = std::mem::take(&mut judged.outcome.figures);
    figures.push(Figure { name: "longest lock".to_owned(), value: held as f64, unit: "ms".to_owned() });
    judged.outcome = Outcome { figures, ..Outcome::found(sentence, findings) };
    judged
}

/// `1 database`, `3 databases`.
fn databases(number: usize) -> String {
    if number == 1 { "1 database".to_owned() } else { format!("{number} databases") }
}

fn size(name: &str) -> String {
    format!("size {name}")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn told(name: &str, facts: &SqliteFacts, before: &Before<'_>, findings: &mut Vec<Finding>) {
    let bytes = |bytes: u64| Unit::Bytes.format(bytes as f64);
    let grown = (before.figure)(&size(name)).map(|old| grown(facts.bytes as f64 - old)).unwrap_or_default();
    let log = if facts.log > 0 { format!(" and a log of {}", bytes(facts.log)) } else { String::new() };
    let size = format!("{}{grown}{log}", bytes(facts.bytes));
    findings.push(match &facts.verdict {
        Verdict::Odd(what) => {
            Finding::attention(name, format!("Its pages are right, but rows break rules of their tables: {what}."))
        }
        Verdict::Whole(how) => Finding::note(name, format!("It is whole ({how}); it takes up {size}.")),
        Verdict::NotChecked | Verdict::Damaged(_) => Finding::note(name, format!("It takes up {size}.")),
    });
    let free = facts.free.saturating_mul(facts.page);
    if pays(facts) {
        let text = format!(
            "{} of {} are pages that nothing uses ({} %); giving them back pays.",
            bytes(free),
            bytes(facts.bytes),
            facts.free.saturating_mul(100).checked_div(facts.pages).unwrap_or(0)
        );
        findings.push(
            Finding::note(name, text)
                .hint("`vacuum = true` at the task `database-optimisation`, or `VACUUM` while its program is stopped"),
        );
    }
    for orphans in &facts.orphans {
        let text = format!(
            "{} rows of `{}` point to rows of `{}` that are not there.",
            orphans.rows, orphans.table, orphans.parent
        );
        findings.push(Finding::attention(name, text).hint("`PRAGMA foreign_key_check` lists them"));
    }
    findings.extend(facts.indexes.iter().map(|note| Finding::note(name, note.sentence())));
    let done = &facts.done;
    if let Some(pages) = done.checkpointed {
        findings.push(Finding::note(name, format!("{pages} pages of its log are in the database.")));
    }
    if !done.analysed.is_empty() {
        findings.push(Finding::note(name, format!("The statistics of {} are new.", done.analysed.join(", "))));
    }
    if done.freed > 0 {
        findings.push(Finding::note(name, format!("{} went back to the file system.", bytes(done.freed))));
    }
    findings.extend(facts.left.iter().map(|text| Finding::note(name, text.clone())));
}

/// Above this a file is large for SQLite on one small computer.
const LARGE: u64 = 50 << 30;

/// Whether databases are still right for SQLite, as far as it can be told from their files.
pub fn fit(found: &SqliteOutcome, figure: &dyn Fn(&str) -> Option<f64>) -> Outcome {
    let mut findings = Vec::new();
    let mut figures = Vec::new();
    for SqliteReport { file, answer } in &found.databases {
        let name = file.to_string();
        let CareAnswer::Cared(facts) = answer else { continue };
        let now = facts.bytes as f64;
        let shown = Unit::Bytes.format(now);
        let growth = figure(&size(&name)).map(|old| grown(now - old)).unwrap_or_default();
        let mode = if facts.journal == "wal" {
            "readers and its one writer go on beside each other"
        } else {
            "each write keeps readers waiting; `PRAGMA journal_mode=WAL` ends that"
        };
        let text = format!("It takes up {shown}{growth}; {mode}.");
        findings.push(if facts.bytes > LARGE {
            Finding::attention(&name, text).hint("see the runbook `sqlite-to-postgresql`")
        } else {
            Finding::note(&name, text)
        });
        figures.push(Figure { name: size(&name), value: now, unit: "bytes".to_owned() });
    }
    let large = findings.iter().filter(|finding| !finding.hint.is_empty()).count();
    findings.push(Finding::note(
        "users and waits",
        "Not available: how many people write at once, and how long they wait, only checks and logs of services can say.",
    ));
    let sentence = match large {
        0 => format!(
            "By their sizes {} still right for SQLite.",
            if figures.len() == 1 { "the database is".to_owned() } else { format!("{} are", databases(figures.len())) }
        ),
        _ => format!(
            "{} very large for SQLite.",
            if large == 1 { "1 database is".to_owned() } else { format!("{large} databases are") }
        ),
    };
    Outcome { figures, ..Outcome::found(sentence, findings) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::ArchivePath;
    use crate::database::CheckDepth;
    use crate::maintenance::{RunResult, Weight};

    const BOARD: &str = "/srv/board.sqlite";

    fn one(answer: CareAnswer) -> SqliteOutcome {
        let databases = vec![SqliteReport { file: ArchivePath::new(BOARD.as_bytes()), answer }];
        SqliteOutcome { databases, ..SqliteOutcome::default() }
    }

    fn cared(verdict: Verdict) -> CareAnswer {
        CareAnswer::Cared(Box::new(SqliteFacts { bytes: 5_000_000, verdict, ..SqliteFacts::default() }))
    }

    fn judged(answer: CareAnswer, known: &KnownDatabases) -> Judged {
        judge_sqlite(
            &one(answer),
            &Before {
                known,
                figure: &|_| Some(2_000_000.0),
                last_good: &|_| "the last good backup is of Sunday".to_owned(),
                steps: CareSteps::look(CheckDepth::Quick),
                now: Timestamp::from_millis(7),
            },
        )
    }

    fn integrity(judged: &Judged) -> Option<Integrity> {
        judged.seen.get(BOARD).map(|seen| seen.integrity)
    }

    #[test]
    fn a_damaged_database_names_the_backup_that_has_it_whole() {
        let none = KnownDatabases::new();
        let found = judged(cared(Verdict::Damaged("page 7: never used".to_owned())), &none);
        assert_eq!((integrity(&found), found.outcome.result), (Some(Integrity::Damaged), RunResult::Attention));
        assert_eq!(found.seen[BOARD].cause().unwrap(), "page 7: never used; the last good backup is of Sunday");
        let text = &found.outcome.findings[0].text;
        assert_eq!(text, "It is damaged: page 7: never used. The last good backup is of Sunday.");
        let refused = CareAnswer::Refused { because: Refusal::Damaged, why: "is damaged (malformed)".to_owned() };
        assert_eq!(integrity(&judged(refused, &none)), Some(Integrity::Damaged));
        let whole = judged(cared(Verdict::Whole("quick check".to_owned())), &found.seen);
        assert_eq!((integrity(&whole), whole.outcome.result), (Some(Integrity::Whole), RunResult::Done));
        assert!(whole.outcome.findings[0].text.contains("5 MB, 3 MB more than the time before"), "{whole:?}");
        assert_eq!(whole.seen[BOARD].cause(), None);
    }

    #[test]
    fn a_file_that_lost_its_beginning_is_damaged_only_if_it_was_a_database() {
        let strange = || CareAnswer::Strange("does not begin as a database of SQLite does".to_owned());
        let found = judged(strange(), &KnownDatabases::new());
        assert_eq!((integrity(&found), found.outcome.findings[0].weight), (None, Weight::Attention));
        let known = KnownDatabases::from([(BOARD.to_owned(), KnownDatabase::default())]);
        assert_eq!(integrity(&judged(strange(), &known)), Some(Integrity::Damaged));
    }

    #[test]
    fn who_could_not_look_or_did_not_look_changes_nothing_of_what_is_known() {
        let damaged = KnownDatabase { integrity: Integrity::Damaged, ..KnownDatabase::default() };
        let known = KnownDatabases::from([(BOARD.to_owned(), damaged)]);
        let busy = CareAnswer::Refused { because: Refusal::Busy, why: "is locked by another program".to_owned() };
        let found = judged(busy, &known);
        assert_eq!((integrity(&found), &found.unseen[..]), (None, &[BOARD.to_owned()][..]));
        assert_eq!(integrity(&judged(cared(Verdict::NotChecked), &known)), Some(Integrity::Damaged));
        assert_eq!(integrity(&judged(cared(Verdict::NotChecked), &KnownDatabases::new())), None);
        let found = judged(CareAnswer::Missing, &known);
        assert_eq!(
            (integrity(&found), &found.gone[..]),
            (None, &[BOARD.to_owned()][..]),
            "it is gone, which is no damage"
        );
    }

    #[test]
    fn fitness_says_what_cannot_be_told() {
        let outcome = fit(&one(cared(Verdict::NotChecked)), &|_| None);
        assert_eq!(outcome.sentence, "By their sizes the database is still right for SQLite.");
        assert!(outcome.findings.iter().any(|finding| finding.text.starts_with("Not available")), "{outcome:?}");
    }
}
