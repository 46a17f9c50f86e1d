//! Databases of services: which are known, what is asked of the process that looks after them, and what is remembered of each. None is
//! opened here.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use caretaker_core::backup::{ArchivePath, Report, Work};
use caretaker_core::database::{
    Before, CareSteps, CheckDepth, DatabaseOrder, DatabaseOutcome, Judged, PostgresOrder, RowsOrder, Searched,
    SqliteOrder, SqliteOutcome, fit as judge_fit, judge_postgres, judge_rows, judge_sqlite,
};
use caretaker_core::maintenance::{
    Finding, Outcome, PostgresCare, SqlCleanup, SqliteCare, Task, TaskRun, Work as TaskWork,
};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;

use crate::engine::Engine;
use crate::maintenance::databases::COPIES;

/// How long one PostgreSQL database may take to answer.
const ANSWER: Span = Span::from_minutes(2);
/// What counting, copying and deleting get each of the time that the task has, in hundredths.
const SHARE: i64 = 30;

/// Looks after SQLite databases.
pub(super) async fn sqlite(engine: &Engine, task: &Task, care: &SqliteCare, is_dry: bool) -> Result<Outcome, Problem> {
    let steps = if is_dry { CareSteps::look(CheckDepth::None) } else { care.steps };
    let found = match looked(engine, care.database.as_deref(), steps).await {
        Ok(found) => found,
        Err(problem) => {
            if problem.code == Code::NotConfigured && care.database.is_none() {
                // What is looked at no more is no reason to stay alarmed.
                engine.remember_databases(Judged::default(), Some(Vec::new())).await?;
            }
            return Err(problem);
        }
    };
    let before = figures(engine, task).await?;
    let known = engine.known_databases().await?;
    let goods = engine.good_backups().await?;
    let judged = judge_sqlite(
        &found,
        &Before {
            known: &known,
            figure: &|name| figure(before.as_ref(), name),
            last_good: &|path| goods.sentence(path),
            steps,
            now: engine.now(),
        },
    );
    let outcome = judged.outcome.clone();
    let folders: Vec<String> = found.unsearched.iter().map(|(folder, _)| folder.clone()).collect();
    engine.remember_databases(judged, care.database.is_none().then_some(folders)).await?;
    if is_dry {
        let mut findings = vec![Finding::note("what it would do", task.does.clone())];
        findings.extend(outcome.findings);
        return Ok(Outcome { figures: outcome.figures, ..Outcome::found(outcome.sentence, findings) });
    }
    Ok(outcome)
}

/// Whether databases are still right for SQLite.
pub(super) async fn fit(engine: &Engine, task: &Task) -> Result<Outcome, Problem> {
    let found = looked(engine, None, CareSteps::look(CheckDepth::None)).await?;
    let before = figures(engine, task).await?;
    Ok(judge_fit(&found, &|name| figure(before.as_ref(), name)))
}

/// Asks PostgreSQL databases how they stand.
pub(super) async fn postgres(engine: &Engine, task: &Task, care: &PostgresCare) -> Result<Outcome, Problem> {
    let mut addresses: Vec<String> = care.database.iter().cloned().collect();
    if addresses.is_empty() {
        let jobs = &engine.settings().jobs;
        addresses = jobs.iter().filter(|job| !job.is_own()).flat_map(|job| job.postgres.iter().cloned()).collect();
        addresses.sort();
        addresses.dedup();
    }
    if addresses.is_empty() {
        let what = "No PostgreSQL database is known: name one as `postgres` of a backup job, or as `database` of a task of the kind `postgres-care`.";
        return Err(Problem::new(Code::NotConfigured, what));
    }
    let order = DatabaseOrder::Postgres(PostgresOrder { addresses, limit: ANSWER });
    let DatabaseOutcome::Postgres(looks) = engine.on_databases(order).await? else { return Err(strange()) };
    let before = figures(engine, task).await?;
    Ok(judge_postgres(&looks, &|name| figure(before.as_ref(), name)))
}

/// Clears expired rows, or counts them.
pub(super) async fn rows(engine: &Engine, task: &Task, wanted: &SqlCleanup, is_dry: bool) -> Result<Outcome, Problem> {
    let (Some(database), Some(table), Some(column)) = (&wanted.database, &wanted.table, &wanted.column) else {
        return Err(Problem::new(Code::NotConfigured, "It is not named which rows expire."));
    };
    let home = engine.home().folder();
    let real = std::fs::canonicalize(database).unwrap_or_else(|_| Path::new(database).to_owned());
    let own = std::fs::canonicalize(home).unwrap_or_else(|_| home.to_owned());
    if real.starts_with(own) {
        return Err(Problem::new(
            Code::NotConfigured,
            format!("`{database}` is one of Caretaker's own; its history goes by `[keep]`."),
        ));
    }
    let now = engine.now();
    let stamp: String = now.to_string().chars().map(|letter| if letter == ':' { '-' } else { letter }).collect();
    let order = RowsOrder {
        file: ArchivePath::new(real.as_os_str().as_bytes()),
        table: table.clone(),
        column: column.clone(),
        stored_as: wanted.stored_as,
        before: now - wanted.older_than,
        now,
        copy: home.join(COPIES).join(&task.id).join(format!("{stamp}.sqlite")).display().to_string(),
        is_dry,
        limit: Span::from_millis(task.limit.as_millis() * SHARE / 100),
    };
    let DatabaseOutcome::Rows(answer) = engine.on_databases(DatabaseOrder::Rows(order.clone())).await? else {
        return Err(strange());
    };
    Ok(judge_rows(&order, answer))
}

/// A look at one database, or at all that are known.
async fn looked(engine: &Engine, database: Option<&str>, steps: CareSteps) -> Result<SqliteOutcome, Problem> {
    let settings = engine.settings();
    let mut order =
        SqliteOrder { steps, never: vec![engine.home().folder().display().to_string()], ..SqliteOrder::default() };
    if let Some(one) = database {
        order.named.push(one.to_owned());
    } else {
        for job in settings.jobs.iter().filter(|job| !job.is_own()) {
            order.named.extend(job.sqlite.iter().cloned());
            order.searched.push(Searched { folders: job.folders.clone(), exclude: job.exclude.clone() });
        }
        order.named.extend(settings.tasks.iter().filter_map(|task| match &task.work {
            TaskWork::SqliteCare(care) => care.database.clone(),
            TaskWork::SqlCleanup(rows) => rows.database.clone(),
            _ => None,
        }));
    }
    let nothing = "No SQLite database is known: name one as `sqlite` of a backup job, or as `database` of a task of the kind `sqlite-care`.";
    if order.named.is_empty() && order.searched.iter().all(|searched| searched.folders.is_empty()) {
        return Err(Problem::new(Code::NotConfigured, nothing));
    }
    order.known = engine.known_databases().await?.into_keys().collect();
    let staged = engine.staged("care-").await?;
    order.scratch.clone_from(&staged.path);
    let found = engine.on_databases(DatabaseOrder::Sqlite(order)).await?;
    engine.unstaged(&staged).await?;
    match found {
        DatabaseOutcome::Sqlite(found) if found.databases.is_empty() && found.unsearched.is_empty() => {
            Err(Problem::new(Code::NotConfigured, nothing))
        }
        DatabaseOutcome::Sqlite(found) => Ok(found),
        DatabaseOutcome::Postgres(_) | DatabaseOutcome::Rows(_) => Err(strange()),
    }
}

fn strange() -> Problem {
    Problem::new(Code::Internal, "the process that looks after databases answered something else than it was asked")
}

/// The run before this one.
async fn figures(engine: &Engine, task: &Task) -> Result<Option<TaskRun>, Problem> {
    Ok(engine.newest_task_runs().await?.remove(&task.id).filter(|run| run.outcome.result.is_over()))
}

fn figure(run: Option<&TaskRun>, name: &str) -> Option<f64> {
    run?.outcome.figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
}

impl Engine {
    /// Has a worker do it. Whoever drops this ends the worker.
    async fn on_databases(&self, order: DatabaseOrder) -> Result<DatabaseOutcome, Problem> {
        let mut worker = self.0.workers.start(&Work::Databases(Box::new(order))).await?;
        loop {
            match worker.next().await {
                Some(Report::Databases(outcome)) => return Ok(*outcome),
                Some(Report::Failed(problem)) => return Err(problem),
                Some(_) => {}
                None => return Err(Problem::new(Code::Internal, "the process that did the work ended without a word")),
            }
        }
    }
}
