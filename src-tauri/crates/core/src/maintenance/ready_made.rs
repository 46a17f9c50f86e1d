//! The tasks that are there without a line of configuration. Those that read are on; those that change something wait for
//! somebody to switch them on; those that need what is not set up say so.

use super::task::{Interrupted, Need, Task, Touch};
use super::tier::Tier;
use super::work::{Audit, Cleanup, PostgresCare, Remove, Rotation, Scan, SqlCleanup, SqliteCare, Work};
use crate::database::{CareSteps, CheckDepth, GiveBack};
use crate::time::Span;

/// A task as it is shipped.
#[derive(Clone, Copy, Debug)]
pub struct ReadyMade {
    /// Its stable name.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it reads or changes.
    pub does: &'static str,
    /// Its tier.
    pub tier: Tier,
    /// Whether it only looks.
    pub touch: Touch,
    /// Tasks of one family do the same, more or less thoroughly.
    pub family: &'static str,
    /// When it comes.
    pub every: &'static str,
    /// Tasks that go before it.
    pub after: &'static [&'static str],
    /// What it does.
    pub work: fn() -> Work,
}

/// Unless said otherwise.
pub(crate) const LIMIT: Span = Span::from_minutes(30);
/// Unless said otherwise.
pub(crate) const RETRIES: u32 = 2;

impl ReadyMade {
    /// The task with everything filled in; none only for a schedule that nobody can read, which a test excludes.
    pub fn task(&self) -> Option<Task> {
        Some(Task {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            does: self.does.to_owned(),
            tier: self.tier,
            touch: self.touch,
            family: self.family.to_owned(),
            every: self.every.parse().ok()?,
            enabled: self.touch == Touch::Reads,
            limit: LIMIT,
            retries: RETRIES,
            after: self.after.iter().map(|id| (*id).to_owned()).collect(),
            window: None,
            on_battery: false,
            under_load: false,
            interrupted: Interrupted::Again,
            work: (self.work)(),
            is_own: false,
        })
    }
}

/// One that reads, of a family of its own.
const fn reads(
    id: &'static str,
    title: &'static str,
    does: &'static str,
    (tier, every): (Tier, &'static str),
    work: fn() -> Work,
) -> ReadyMade {
    ReadyMade { id, title, does, tier, touch: Touch::Reads, family: id, every, after: &[], work }
}

/// One that changes something.
const fn changes(
    id: &'static str,
    title: &'static str,
    does: &'static str,
    when: (Tier, &'static str),
    work: fn() -> Work,
) -> ReadyMade {
    ReadyMade { touch: Touch::Changes, ..reads(id, title, does, when, work) }
}

/// One of a family.
const fn of(family: &'static str, one: ReadyMade) -> ReadyMade {
    ReadyMade { family, ..one }
}

/// One that waits for others.
const fn after(others: &'static [&'static str], one: ReadyMade) -> ReadyMade {
    ReadyMade { after: others, ..one }
}

const DAILY: Tier = Tier::Daily;
const WEEKLY: Tier = Tier::Weekly;
const MONTHLY: Tier = Tier::Monthly;
const QUARTERLY: Tier = Tier::Quarterly;
const YEARLY: Tier = Tier::Yearly;

/// All SQLite databases that are known.
fn sqlite(steps: CareSteps) -> Work {
    Work::SqliteCare(SqliteCare { database: None, steps })
}

fn no_scan() -> Scan {
    Scan { folders: Vec::new(), osv: None }
}

/// All of them, by tier.
pub const READY_MADE: &[ReadyMade] = &[
    // Daily.
    reads(
        "services-answer",
        "Services answer",
        "Asks apps, databases and login paths whether they answer, and how fast.",
        (DAILY, "daily 06:00"),
        || Work::Later(Need::Checks),
    ),
    reads(
        "model-servers",
        "Model servers answer",
        "Asks the servers of local models on this machine which models they have, and how fast they answer.",
        (DAILY, "daily 06:05"),
        || Work::ModelServers,
    ),
    reads(
        "error-rate",
        "Error rate of 24 hours",
        "Counts errors in the logs of services and compares them with the day before.",
        (DAILY, "daily 06:10"),
        || Work::Later(Need::Logs),
    ),
    of(
        "review",
        reads(
            "daily-review",
            "Resources and activity of the day",
            "Compares CPU, memory, disks and network of the last day with the day before.",
            (DAILY, "daily 06:15"),
            || Work::Review(Tier::Daily),
        ),
    ),
    reads(
        "configuration-check",
        "Configuration and start-up",
        "Checks the configuration, lists what was changed in it, how often Caretaker started, and what does not work.",
        (DAILY, "daily 06:20"),
        || Work::Configuration,
    ),
    changes(
        "temporary-files",
        "Clear old temporary files",
        "Moves files in the folders that you name, unchanged for 30 days, into a folder `trash` beside them.",
        (DAILY, "daily 03:20"),
        || {
            Work::Cleanup(Cleanup {
                folders: Vec::new(),
                names: Vec::new(),
                older_than: Span::from_days(30),
                remove: Remove::Trash,
            })
        },
    ),
    changes(
        "expired-rows",
        "Clear expired rows",
        "Deletes rows of a service's SQLite database that are older than you say: counted, copied first, in batches that keep nobody waiting.",
        (DAILY, "daily 03:30"),
        || {
            Work::SqlCleanup(SqlCleanup {
                database: None,
                table: None,
                column: None,
                stored_as: None,
                older_than: Span::from_days(30),
            })
        },
    ),
    changes(
        "log-rotation",
        "Rotate logs",
        "Renames the logs that you name, compresses the old ones and keeps 30 of each.",
        (DAILY, "daily 00:05"),
        || Work::Rotate(Rotation { files: Vec::new(), keep: 30, reload: Vec::new(), copytruncate: false }),
    ),
    of(
        "sqlite",
        changes(
            "wal-checkpoint",
            "Checkpoint databases",
            "Writes the logs of services' SQLite databases into the databases, beside whoever uses them.",
            (DAILY, "daily 03:40"),
            || sqlite(CareSteps { checkpoint: true, ..CareSteps::look(CheckDepth::None) }),
        ),
    ),
    of(
        "databases",
        reads(
            "database-check",
            "Databases are whole",
            "Reads every page of the SQLite databases that backup jobs and tasks name or find, and says which are damaged.",
            (DAILY, "daily 04:40"),
            || sqlite(CareSteps::look(CheckDepth::Quick)),
        ),
    ),
    of(
        "report",
        after(
            &[
                "services-answer",
                "model-servers",
                "error-rate",
                "daily-review",
                "configuration-check",
                "database-check",
            ],
            reads(
                "daily-report",
                "Report of the day",
                "Puts together what the tasks of the last day found.",
                (DAILY, "daily 06:30"),
                || Work::Report(Tier::Daily),
            ),
        ),
    ),
    // Weekly.
    of(
        "review",
        reads(
            "weekly-review",
            "Resources and activity of the week",
            "Compares CPU, memory, disks and network of the last week with the week before.",
            (WEEKLY, "weekly mon 06:15"),
            || Work::Review(Tier::Weekly),
        ),
    ),
    reads(
        "response-times",
        "Response times and slow queries",
        "Reviews how fast services answered and which queries were slow.",
        (WEEKLY, "weekly mon 05:40"),
        || Work::Later(Need::Checks),
    ),
    reads(
        "failed-logins",
        "Failed logins and odd sessions",
        "Counts failed logins and looks for sessions that are unlike the others.",
        (WEEKLY, "weekly mon 05:45"),
        || Work::Later(Need::Logs),
    ),
    reads(
        "backup-review",
        "Backups, checks and proofs",
        "Looks how old backups, checks and proofs of every job are.",
        (WEEKLY, "weekly mon 05:50"),
        || Work::Backups,
    ),
    reads(
        "own-databases",
        "Caretaker's own databases",
        "Reads every page of Caretaker's databases and says how large they are.",
        (WEEKLY, "weekly sun 04:10"),
        || Work::Integrity,
    ),
    reads(
        "postgres-review",
        "PostgreSQL databases",
        "Asks the PostgreSQL databases that backup jobs name for connections, dead rows, useless indexes, slow queries and age.",
        (WEEKLY, "weekly mon 05:35"),
        || Work::PostgresCare(PostgresCare::default()),
    ),
    reads(
        "service-files",
        "Configuration files of services",
        "Compares the configuration files of services with their history and with each other.",
        (WEEKLY, "weekly mon 05:55"),
        || Work::Later(Need::Files),
    ),
    reads(
        "history-terms",
        "Terms of history",
        "Looks whether samples are kept for their terms and no longer.",
        (WEEKLY, "weekly sun 04:20"),
        || Work::Terms,
    ),
    of(
        "report",
        after(
            &["weekly-review", "backup-review", "own-databases", "history-terms", "postgres-review"],
            reads(
                "weekly-report",
                "Report of the week",
                "Puts together what the tasks of the last week found.",
                (WEEKLY, "weekly mon 06:30"),
                || Work::Report(Tier::Weekly),
            ),
        ),
    ),
    // Monthly.
    of(
        "review",
        reads(
            "monthly-review",
            "Resources and activity of the month",
            "Compares CPU, memory, disks and network of the last 30 days with the 30 days before.",
            (MONTHLY, "monthly 1 06:15"),
            || Work::Review(Tier::Monthly),
        ),
    ),
    reads(
        "benchmark",
        "Benchmark of the machine",
        "Measures processor, memory and disk for at most 20 seconds, writing 256 MB into Caretaker's home and removing them.",
        (MONTHLY, "monthly first sunday 04:30"),
        || Work::Benchmark,
    ),
    of(
        "sqlite",
        changes(
            "database-optimisation",
            "Optimise databases",
            "Brings the statistics of services' SQLite databases up to date and gives unused room back, in pieces that keep nobody waiting.",
            (MONTHLY, "monthly first sunday 03:40"),
            || {
                let steps = CareSteps::look(CheckDepth::None);
                sqlite(CareSteps { checkpoint: true, optimise: true, give_back: GiveBack::Pieces, ..steps })
            },
        ),
    ),
    of(
        "databases",
        reads(
            "database-review",
            "Databases to the last index",
            "Compares indexes of SQLite databases with their tables, checks foreign keys, and reviews indexes, unused room and growth.",
            (MONTHLY, "monthly first sunday 04:40"),
            || sqlite(CareSteps::look(CheckDepth::Full)),
        ),
    ),
    reads(
        "vulnerabilities",
        "Known vulnerabilities",
        "Compares lock files in the folders that you name with an export of OSV that lies on this machine.",
        (MONTHLY, "monthly 1 05:00"),
        || Work::Vulnerabilities(no_scan()),
    ),
    reads(
        "pending-updates",
        "Pending updates",
        "Reads what the system itself knows of updates and of a restart that is due. Asks nobody else.",
        (MONTHLY, "monthly 1 05:10"),
        || Work::Updates,
    ),
    reads(
        "keys-and-certificates",
        "Keys and certificates that are due",
        "Looks which keys and certificates end soon.",
        (MONTHLY, "monthly 1 05:15"),
        || Work::Later(Need::Secrets),
    ),
    reads(
        "access-audit",
        "Audit of rights",
        "Looks for open rights, odd owners, new administrators, changed keys and open ports, and says what is new.",
        (MONTHLY, "monthly 1 05:20"),
        || Work::Audit(Audit::default()),
    ),
    reads(
        "capacity",
        "Growth and cost",
        "Says when disks will be full, what grew on them, and what Caretaker itself costs.",
        (MONTHLY, "monthly 1 05:30"),
        || Work::Capacity,
    ),
    reads(
        "default-values",
        "Values that differ",
        "Lists what is configured otherwise than by default, and what has no effect.",
        (MONTHLY, "monthly 1 05:40"),
        || Work::Defaults,
    ),
    reads(
        "sqlite-fit",
        "Still right for SQLite?",
        "Weighs sizes and growth of services' databases against a move to PostgreSQL.",
        (MONTHLY, "monthly 1 05:45"),
        || Work::SqliteFit,
    ),
    of(
        "report",
        after(
            &["monthly-review", "pending-updates", "access-audit", "capacity", "default-values", "vulnerabilities"],
            reads(
                "monthly-report",
                "Report of the month",
                "Puts together what the tasks of the last 30 days found.",
                (MONTHLY, "monthly 1 06:30"),
                || Work::Report(Tier::Monthly),
            ),
        ),
    ),
    // Quarterly.
    of(
        "review",
        reads(
            "quarterly-review",
            "Health and trends of the quarter",
            "Compares CPU, memory, disks and network of the last 91 days with the 91 days before.",
            (QUARTERLY, "quarterly 06:15"),
            || Work::Review(Tier::Quarterly),
        ),
    ),
    changes(
        "secret-rotation",
        "Rotate secrets",
        "Makes new secrets for services, writes them, restarts and checks.",
        (QUARTERLY, "quarterly 2 05:00"),
        || Work::Later(Need::Secrets),
    ),
    reads(
        "stack-age",
        "Age of the stack",
        "Says how old the lock files in the folders that you name are, and what is locked in them.",
        (QUARTERLY, "quarterly 05:50"),
        || Work::StackAge(no_scan()),
    ),
    reads(
        "service-levels",
        "Service levels",
        "Compares the availability of services with what was promised.",
        (QUARTERLY, "quarterly 05:55"),
        || Work::Later(Need::Checks),
    ),
    reads(
        "runbook-review",
        "Runbooks",
        "Lists runbooks that nobody has used or looked at for long.",
        (QUARTERLY, "quarterly 06:00"),
        || Work::Later(Need::Runbooks),
    ),
    of(
        "report",
        after(
            &["quarterly-review", "stack-age"],
            reads(
                "quarterly-report",
                "Report of the quarter",
                "Puts together what the tasks of the last 91 days found.",
                (QUARTERLY, "quarterly 06:30"),
                || Work::Report(Tier::Quarterly),
            ),
        ),
    ),
    // Yearly.
    of(
        "report",
        after(
            &["monthly-review", "access-audit", "capacity", "default-values"],
            reads(
                "yearly-audit",
                "Audit of the year",
                "Puts together what every task found in the last year, and how often each ran.",
                (YEARLY, "yearly january 1 06:30"),
                || Work::Report(Tier::Yearly),
            ),
        ),
    ),
];

#[cfg(test)]
mod tests;
