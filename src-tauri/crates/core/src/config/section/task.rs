//! `[[task]]`: maintenance. An entry with the id of a ready-made task changes only the keys that it names.

use schemars::JsonSchema;

use crate::config::fields::{ANY_SPAN, Fields};
use crate::config::problem::ProblemCode;
use crate::config::time_of_day::TimeOfDay;
use crate::database::StoredAs;
use crate::maintenance::{HttpMethod, Interrupted, READY_MADE, Remove, StartOf, TASK_KINDS, Tier};
use crate::schedule::Schedule;
use crate::time::Span;

pub(in crate::config) use resolve::tasks;

#[path = "task/resolve.rs"]
mod resolve;

const TIERS: [(&str, Tier); 5] = [
    ("daily", Tier::Daily),
    ("weekly", Tier::Weekly),
    ("monthly", Tier::Monthly),
    ("quarterly", Tier::Quarterly),
    ("yearly", Tier::Yearly),
];
const REMOVES: [(&str, Remove); 2] = [("trash", Remove::Trash), ("delete", Remove::Delete)];
const METHODS: [(&str, HttpMethod); 2] = [("get", HttpMethod::Get), ("post", HttpMethod::Post)];
const STORED: [(&str, StoredAs); 3] =
    [("seconds", StoredAs::Seconds), ("milliseconds", StoredAs::Milliseconds), ("text", StoredAs::Text)];
const INTERRUPTED: [(&str, Interrupted); 2] = [("again", Interrupted::Again), ("leave", Interrupted::Leave)];
/// Younger files are never cleared away.
const LEAST_AGE: Span = Span::from_hours(1);

/// A maintenance task. One with the id of a ready-made task (`caretaker maintain list`) changes only the keys that it names;
/// others are tasks of your own and need a `kind`.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct TaskSection {
    /// Its name.
    #[schemars(required)]
    pub id: Option<String>,
    /// What it does; the ready-made ones have theirs.
    #[schemars(extend("examples" = TASK_KINDS))]
    pub kind: Option<String>,
    /// Its name for people.
    pub title: Option<String>,
    /// Whether it runs by itself. Ready-made tasks that change something are off until they are switched on.
    pub enabled: Option<bool>,
    /// When it runs: `daily 04:00`, `weekly sun 03:00`, `every 6h`, `monthly last sunday 04:00`, `quarterly`, or cron text.
    pub every: Option<String>,
    /// Its size, beside others of its kind that are due together: the larger one runs. By default that of `every`.
    #[schemars(with = "Option<String>", extend("enum" = ["daily", "weekly", "monthly", "quarterly", "yearly"]))]
    pub tier: Option<Tier>,
    /// How long it may take.
    #[schemars(extend("default" = "30m"))]
    pub timeout: Option<Span>,
    /// How often a failed run is tried again, up to 10.
    #[schemars(extend("default" = 2))]
    pub retries: Option<u32>,
    /// Ids of tasks that it waits for when they are due as well.
    pub after: Option<Vec<String>>,
    /// Hours of the day in which it may begin.
    pub window: Option<WindowSection>,
    /// Whether it also begins on battery.
    #[schemars(extend("default" = false))]
    pub on_battery: Option<bool>,
    /// Whether it also begins while the machine is busy.
    #[schemars(extend("default" = false))]
    pub under_load: Option<bool>,
    /// What becomes of a run that a kill or a power cut ended.
    #[schemars(with = "Option<String>", extend("enum" = ["again", "leave"], "default" = "again"))]
    pub interrupted: Option<Interrupted>,
    /// File of the database that it is about, from `/` (`sqlite-care`, `integrity`, `sql-cleanup`; all that are known without), or the address or name of one (`postgres-care`).
    pub database: Option<String>,
    /// The table with rows that expire (`sql-cleanup`).
    pub table: Option<String>,
    /// Its column that says when a row was made or ends (`sql-cleanup`).
    pub column: Option<String>,
    /// How that column says it: seconds or milliseconds since 1970, or a text such as `2026-03-02` (`sql-cleanup`); found out from its values without.
    #[schemars(with = "Option<String>", extend("enum" = ["seconds", "milliseconds", "text"]))]
    pub stored_as: Option<StoredAs>,
    /// Whether a database with much unused room is written anew while nobody has it open (`sqlite-care`, `database-optimisation`).
    #[schemars(extend("default" = false))]
    pub vacuum: Option<bool>,
    /// Folders, from `/`: to clear (`cleanup`), to audit (`audit`), with lock files (`vulnerabilities`, `stack-age`).
    pub folders: Option<Vec<String>>,
    /// Only files whose name fits one of these, with `*` for anything (`cleanup`).
    pub names: Option<Vec<String>>,
    /// Only files that were not changed for so long (`cleanup`), only rows whose time is so long ago (`sql-cleanup`); at least 1h.
    #[schemars(extend("default" = "30d"))]
    pub older_than: Option<Span>,
    /// Whether files go into a folder `trash` beside them first (`cleanup`).
    #[schemars(with = "Option<String>", extend("enum" = ["trash", "delete"], "default" = "trash"))]
    pub remove: Option<Remove>,
    /// Logs, from `/`, with `*` in the last part for anything (`rotate`).
    pub files: Option<Vec<String>>,
    /// How many old logs stay (`rotate`).
    #[schemars(extend("default" = 30))]
    pub keep: Option<u32>,
    /// What is run after a rotation, so that the service opens its log anew (`rotate`).
    pub reload: Option<Vec<String>>,
    /// Whether a log is copied and emptied, because its service cannot open it anew; lines may be lost (`rotate`).
    #[schemars(extend("default" = false))]
    pub copytruncate: Option<bool>,
    /// Folder with an export of OSV, from `/` (`vulnerabilities`).
    pub osv: Option<String>,
    /// A program and its arguments (`command`).
    pub command: Option<Vec<String>>,
    /// One line for `sh -c`, in place of `command`.
    pub shell: Option<String>,
    /// Where the program starts, from `/` (`command`).
    pub folder: Option<String>,
    /// An address on this machine (`http`).
    pub url: Option<String>,
    /// How it is asked (`http`).
    #[schemars(with = "Option<String>", extend("enum" = ["get", "post"], "default" = "get"))]
    pub method: Option<HttpMethod>,
    /// The status of an answer that counts as good (`http`); 200 to 299 without.
    pub status: Option<u32>,
    /// The backup job (`verify`, `drill`).
    pub job: Option<String>,
}

/// Hours of every day, in local time.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct WindowSection {
    /// First minute.
    #[schemars(required)]
    pub from: Option<TimeOfDay>,
    /// First minute after it.
    #[schemars(required)]
    pub to: Option<TimeOfDay>,
}

impl WindowSection {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        for key in ["from", "to"] {
            fields.require(key);
        }
        let allowed = "a time of day such as \"22:00\"";
        Self { from: fields.parsed("from", allowed), to: fields.parsed("to", allowed) }
    }
}

impl TaskSection {
    /// Reads and checks one task. Its kind is any text: the list of kinds is not closed.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        let task = Self {
            id: fields.id(),
            kind: fields.text("kind"),
            title: fields.text("title"),
            enabled: fields.truth("enabled"),
            every: fields.text("every"),
            tier: fields.word("tier", &TIERS),
            timeout: fields.span("timeout", ANY_SPAN),
            retries: fields.whole("retries", 0..=10),
            after: fields.texts("after"),
            window: fields.table("window", WindowSection::read),
            on_battery: fields.truth("on_battery"),
            under_load: fields.truth("under_load"),
            interrupted: fields.word("interrupted", &INTERRUPTED),
            database: fields.text("database"),
            table: fields.text("table"),
            column: fields.text("column"),
            stored_as: fields.word("stored_as", &STORED),
            vacuum: fields.truth("vacuum"),
            folders: fields.texts("folders"),
            names: fields.texts("names"),
            older_than: fields.span("older_than", LEAST_AGE..=*ANY_SPAN.end()),
            remove: fields.word("remove", &REMOVES),
            files: fields.texts("files"),
            keep: fields.whole("keep", 1..=10_000),
            reload: fields.texts("reload"),
            copytruncate: fields.truth("copytruncate"),
            osv: fields.text("osv"),
            command: fields.texts("command"),
            shell: fields.text("shell"),
            folder: fields.text("folder"),
            url: fields.text("url"),
            method: fields.word("method", &METHODS),
            status: fields.whole("status", 100..=599),
            job: fields.text("job"),
        };
        task.check(fields);
        task
    }

    fn check(&self, fields: &mut Fields<'_, '_>) {
        let is_ready_made = READY_MADE.iter().any(|ready| self.id.as_deref() == Some(ready.id));
        if !is_ready_made {
            fields.require("kind");
        }
        if let Some(Err(error)) = self.every.as_deref().map(str::parse::<Schedule>) {
            fields.problem("every", ProblemCode::InvalidValue, format!("`every`: failed to {error}"));
        }
        let is_address = self.kind.as_deref() == Some("postgres-care") || self.id.as_deref() == Some("postgres-review");
        let file = self.database.clone().filter(|_| !is_address);
        let paths = [
            ("database", file.as_slice()),
            ("folders", self.folders.as_deref().unwrap_or_default()),
            ("files", self.files.as_deref().unwrap_or_default()),
            ("osv", self.osv.as_slice()),
            ("folder", self.folder.as_slice()),
        ];
        for (key, paths) in paths {
            if let Some(path) = paths.iter().find(|path| !path.starts_with('/')) {
                let message = format!("`{key}` has `{path}`; allowed are paths that begin with `/`");
                fields.problem(key, ProblemCode::InvalidValue, message);
            }
        }
        if self.command.is_some() && self.shell.is_some() {
            let message = "`command` and `shell` stand together; one of them is what is to be run";
            fields.problem("shell", ProblemCode::InvalidValue, message);
        }
        let has_program = self.command.as_ref().is_some_and(|words| !words.is_empty()) || self.shell.is_some();
        match self.kind.as_deref() {
            Some("command") if !has_program => {
                let message = format!("`{}` needs `command` or `shell`", fields.path());
                fields.problem("command", ProblemCode::MissingKey, message);
            }
            Some("http") => fields.require("url"),
            Some("drill") => fields.require("job"),
            Some("sql-cleanup") if !is_ready_made => {
                for key in ["database", "table", "column"] {
                    fields.require(key);
                }
            }
            Some(_) | None => {}
        }
        if let Some(url) = self.url.as_deref()
            && !is_loopback(url)
        {
            let message = format!("`url` is `{url}`; allowed is an address on this machine, `http://127.0.0.1:8080/…`");
            fields.problem("url", ProblemCode::InvalidValue, message);
        }
    }

    /// How its program is started.
    fn start_of(&self) -> StartOf {
        if self.shell.is_some() { StartOf::Shell } else { StartOf::Words }
    }
}

/// `http://127.0.0.1…`, `http://[::1]…`, `http://localhost…`.
fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains('@') {
        return false;
    }
    let name = match host.strip_prefix('[') {
        Some(inner) => return inner.split(']').next() == Some("::1"),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}
