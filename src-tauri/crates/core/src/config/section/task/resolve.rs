//! From the entries of the file to tasks with everything filled in.

use super::TaskSection;
use crate::database::{CareSteps, CheckDepth, GiveBack};
use crate::maintenance::{
    Audit, Cleanup, CommandStep, HttpStep, Need, PostgresCare, READY_MADE, ReadyMade, Remove, Rotation, Scan,
    SqlCleanup, SqliteCare, Task, Tier, Touch, Window, Work,
};
use crate::schedule::Schedule;
use crate::time::Span;

/// Unless the file says otherwise.
const OLDER_THAN: Span = Span::from_days(30);
const KEEP: u32 = 30;
const EVERY: &str = "daily 04:00";

/// The ready-made tasks, changed as the file says, then those of the file.
pub(in crate::config) fn tasks(changes: &[TaskSection]) -> Vec<Task> {
    let mut tasks: Vec<Task> = READY_MADE.iter().filter_map(ReadyMade::task).collect();
    for change in changes {
        let Some(id) = &change.id else { continue };
        match tasks.iter_mut().find(|task| task.id == *id) {
            Some(task) => change.apply(task),
            None => tasks.extend(change.own(id)),
        }
    }
    tasks
}

impl TaskSection {
    /// A task of the file.
    fn own(&self, id: &str) -> Option<Task> {
        let kind = self.kind.as_deref()?;
        let work = self.new_work(kind);
        let every: Schedule = self.every.as_deref().unwrap_or(EVERY).parse().ok()?;
        let touch = if work.changes_others() { Touch::Changes } else { Touch::Reads };
        let mut task = Task {
            id: id.to_owned(),
            title: id.to_owned(),
            does: does(&work),
            tier: Tier::of(&every),
            touch,
            family: match &work {
                // Rows of two tables are two things.
                Work::SqliteCare(care) if care.database.is_some() => {
                    format!("{kind} {}", care.database.as_deref().unwrap_or_default())
                }
                _ => id.to_owned(),
            },
            every,
            // Who writes a task of their own wants it to run.
            enabled: true,
            ..READY_MADE.first()?.task()?
        };
        (task.after, task.is_own, task.work) = (Vec::new(), true, work);
        self.apply(&mut task);
        Some(task)
    }

    /// Changes what the entry names.
    fn apply(&self, task: &mut Task) {
        fn put<T: Clone>(place: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                place.clone_from(value);
            }
        }
        put(&mut task.title, self.title.as_ref());
        put(&mut task.enabled, self.enabled.as_ref());
        if let Some(every) = self.every.as_deref().and_then(|text| text.parse::<Schedule>().ok()) {
            task.tier = Tier::of(&every);
            task.every = every;
        }
        put(&mut task.tier, self.tier.as_ref());
        put(&mut task.limit, self.timeout.as_ref());
        put(&mut task.retries, self.retries.as_ref());
        put(&mut task.after, self.after.as_ref());
        put(&mut task.on_battery, self.on_battery.as_ref());
        put(&mut task.under_load, self.under_load.as_ref());
        put(&mut task.interrupted, self.interrupted.as_ref());
        if let Some((from, to)) = self.window.as_ref().and_then(|window| Some((window.from?, window.to?))) {
            task.window = Some(Window { from, to });
        }
        self.change_work(&mut task.work);
    }

    /// What is left of the work's own keys to be changed.
    fn change_work(&self, work: &mut Work) {
        let folders = self.folders.clone();
        match work {
            Work::Cleanup(cleanup) => {
                cleanup.folders = folders.unwrap_or_else(|| std::mem::take(&mut cleanup.folders));
                cleanup.names = self.names.clone().unwrap_or_else(|| std::mem::take(&mut cleanup.names));
                cleanup.older_than = self.older_than.unwrap_or(cleanup.older_than);
                cleanup.remove = self.remove.unwrap_or(cleanup.remove);
            }
            Work::Rotate(rotation) => {
                rotation.files = self.files.clone().unwrap_or_else(|| std::mem::take(&mut rotation.files));
                rotation.keep = self.keep.unwrap_or(rotation.keep);
                rotation.reload = self.reload.clone().unwrap_or_else(|| std::mem::take(&mut rotation.reload));
                rotation.copytruncate = self.copytruncate.unwrap_or(rotation.copytruncate);
            }
            Work::Vulnerabilities(scan) | Work::StackAge(scan) => {
                scan.folders = folders.unwrap_or_else(|| std::mem::take(&mut scan.folders));
                scan.osv = self.osv.clone().or(scan.osv.take());
            }
            Work::SqliteCare(care) => {
                care.database = self.database.clone().or(care.database.take());
                if self.vacuum == Some(true) && care.steps.give_back == GiveBack::Pieces {
                    care.steps.give_back = GiveBack::Whole;
                }
            }
            Work::PostgresCare(care) => care.database = self.database.clone().or(care.database.take()),
            Work::SqlCleanup(rows) => {
                rows.database = self.database.clone().or(rows.database.take());
                rows.table = self.table.clone().or(rows.table.take());
                rows.column = self.column.clone().or(rows.column.take());
                rows.stored_as = self.stored_as.or(rows.stored_as);
                rows.older_than = self.older_than.unwrap_or(rows.older_than);
            }
            Work::Audit(audit) => audit.folders = folders.unwrap_or_else(|| std::mem::take(&mut audit.folders)),
            Work::Review(_)
            | Work::ModelServers
            | Work::Configuration
            | Work::Integrity
            | Work::Backups
            | Work::Terms
            | Work::Benchmark
            | Work::Updates
            | Work::Capacity
            | Work::Defaults
            | Work::Report(_)
            | Work::Command(_)
            | Work::Http(_)
            | Work::Verify(_)
            | Work::Drill(_)
            | Work::SqliteFit
            | Work::Later(_) => {}
        }
    }

    fn new_work(&self, kind: &str) -> Work {
        let tier = self.tier.unwrap_or_else(|| {
            self.every.as_deref().and_then(|text| text.parse().ok()).map_or(Tier::Daily, |every| Tier::of(&every))
        });
        let scan = Scan { folders: Vec::new(), osv: None };
        match kind {
            "sqlite-care" => {
                let check = if tier >= Tier::Monthly { CheckDepth::Full } else { CheckDepth::Quick };
                let give_back = if tier >= Tier::Weekly || self.vacuum == Some(true) {
                    GiveBack::Pieces
                } else {
                    GiveBack::Nothing
                };
                let steps = CareSteps { check, checkpoint: true, optimise: true, give_back };
                Work::SqliteCare(SqliteCare { database: None, steps })
            }
            "sqlite-fit" => Work::SqliteFit,
            "postgres-care" => Work::PostgresCare(PostgresCare::default()),
            "sql-cleanup" => Work::SqlCleanup(SqlCleanup {
                database: None,
                table: None,
                column: None,
                stored_as: None,
                older_than: OLDER_THAN,
            }),
            // Of a foreign database: nothing is written.
            "integrity" if self.database.is_some() => {
                let check = if tier >= Tier::Monthly { CheckDepth::Full } else { CheckDepth::Quick };
                Work::SqliteCare(SqliteCare { database: None, steps: CareSteps::look(check) })
            }
            "integrity" => Work::Integrity,
            "cleanup" => Work::Cleanup(Cleanup {
                folders: Vec::new(),
                names: Vec::new(),
                older_than: OLDER_THAN,
                remove: Remove::Trash,
            }),
            "rotate" => {
                Work::Rotate(Rotation { files: Vec::new(), keep: KEEP, reload: Vec::new(), copytruncate: false })
            }
            "verify" => Work::Verify(self.job.clone()),
            "drill" => Work::Drill(self.job.clone().unwrap_or_default()),
            "audit" => Work::Audit(Audit::default()),
            "vulnerabilities" => Work::Vulnerabilities(scan),
            "stack-age" => Work::StackAge(scan),
            "benchmark" => Work::Benchmark,
            "report" => Work::Report(tier),
            "review" => Work::Review(tier),
            "model-servers" => Work::ModelServers,
            "configuration" => Work::Configuration,
            "backups" => Work::Backups,
            "terms" => Work::Terms,
            "updates" => Work::Updates,
            "capacity" => Work::Capacity,
            "defaults" => Work::Defaults,
            "command" => Work::Command(CommandStep {
                command: self.shell.clone().map(|line| vec![line]).or_else(|| self.command.clone()).unwrap_or_default(),
                by: self.start_of(),
                folder: self.folder.clone(),
            }),
            "http" => Work::Http(HttpStep {
                url: self.url.clone().unwrap_or_default(),
                method: self.method.unwrap_or_default(),
                status: self.status.and_then(|status| u16::try_from(status).ok()),
            }),
            _ => Work::Later(Need::KnownKind),
        }
    }

    /// Whether this version does not act upon it.
    pub(in crate::config) fn waits_for_later_version(&self) -> bool {
        let kind = self.kind.as_deref();
        kind.is_some_and(|kind| matches!(self.new_work(kind), Work::Later(_)))
    }
}

/// What a task of the file does, by its kind.
fn does(work: &Work) -> String {
    let kind = work.kind();
    let ready = READY_MADE.iter().find(|ready| (ready.work)().kind() == kind && kind != "later");
    match work {
        Work::Command(_) => "Runs a program of yours.".to_owned(),
        Work::Http(_) => "Sends a request to a program on this machine.".to_owned(),
        Work::Verify(None) => "Reads archives to their last byte.".to_owned(),
        Work::Verify(Some(job)) => format!("Reads the archives of `{job}` to their last byte."),
        Work::Drill(job) => format!("Proves that `{job}` restores."),
        Work::SqliteCare(care) if care.steps.writes() => {
            "Checks SQLite databases, writes their logs into them, and brings their statistics up to date.".to_owned()
        }
        Work::SqliteCare(_) => "Reads every page of SQLite databases and says which are damaged.".to_owned(),
        Work::Later(need) => need.sentence().to_owned(),
        _ => ready.map_or_else(String::new, |ready| ready.does.to_owned()),
    }
}
