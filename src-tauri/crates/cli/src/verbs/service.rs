//! `service`: the engine kept alive by systemd or launchd. No engine is asked: this is what brings one about.

use std::fmt::Write;

use caretaker_core::problem::{Code, Problem};
use caretaker_core::supervision::Scope;
use caretaker_core::view::{SupervisionChange, SupervisionState, SupervisionView};
use caretaker_engine::{Supervision, SupervisionRequest};

use crate::arguments::{InstallService, ServiceScope, UninstallService};
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal};

/// Installs, or shows what that would do.
pub async fn install(context: &Context, wanted: InstallService) -> Result<Outcome, Problem> {
    let supervision = Supervision::of_this_machine()?;
    let home = context.home()?;
    let configuration = match context.chosen_configuration() {
        Some(_) => Some(context.configuration(&home)?),
        None => None,
    };
    let program =
        std::env::current_exe().map_err(|error| Problem::new(Code::Internal, format!("find this program: {error}")))?;
    let scope = if wanted.scope.system { Scope::System } else { supervision.default_scope() };
    let request = SupervisionRequest { program, home, configuration, scope, user: wanted.user };
    let change = if wanted.dry_run {
        supervision.preview_install(&request).await?
    } else {
        supervision.install(&request).await?
    };
    show(context, &change, "installed", "It is installed and runs as it should; nothing was changed.")
}

/// Uninstalls, or shows what that would do.
pub async fn uninstall(context: &Context, wanted: &UninstallService) -> Result<Outcome, Problem> {
    let supervision = Supervision::of_this_machine()?;
    let scope = if wanted.scope.system { Scope::System } else { supervision.installed_scope() };
    let change =
        if wanted.dry_run { supervision.preview_uninstall(scope)? } else { supervision.uninstall(scope).await? };
    show(context, &change, "removed", "Nothing is installed; nothing was changed.")
}

/// Says how it stands.
pub async fn status(context: &Context, wanted: &ServiceScope) -> Result<Outcome, Problem> {
    let supervision = Supervision::of_this_machine()?;
    let scope = if wanted.system { Scope::System } else { supervision.installed_scope() };
    let view = supervision.status(scope).await?;
    context.terminal.show(&view, || state(&context.terminal, &view))?;
    Ok(view.state.into())
}

fn show(context: &Context, change: &SupervisionChange, done: &str, nothing: &str) -> Result<Outcome, Problem> {
    context.terminal.show(change, || words(&context.terminal, change, done, nothing))?;
    Ok(if change.obstacles.is_empty() { Outcome::Done } else { Outcome::Warnings })
}

fn words(terminal: &Terminal, change: &SupervisionChange, done: &str, nothing: &str) -> String {
    let mut text = String::new();
    let mut line = |line: &str| {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{line}");
    };
    match (change.done, change.changes) {
        (true, true) => line(&format!("The service is {done}: {}", change.file)),
        (true, false) => line(nothing),
        (false, _) => {
            line(&terminal.paint(Colour::Bold, &change.file));
            line(if change.text.is_empty() { "(removed)\n" } else { &change.text });
            line(&terminal.paint(Colour::Bold, "Commands"));
            for command in &change.commands {
                line(&format!("  {command}"));
            }
            line("\nNothing was done.");
        }
    }
    for obstacle in &change.obstacles {
        line(&terminal.wrap(&format!("It would be refused: {obstacle}"), 0));
    }
    for note in &change.notes {
        line(&terminal.wrap(&format!("note: {note}"), 0));
    }
    text
}

fn state(terminal: &Terminal, view: &SupervisionView) -> String {
    let (colour, head) = match view.state {
        SupervisionState::Running => (Colour::Green, "● running"),
        SupervisionState::Attention => (Colour::Yellow, "▲ running, needs a look"),
        SupervisionState::Stopped => (Colour::Red, "■ not running"),
        SupervisionState::NotInstalled => (Colour::Dim, "○ not installed"),
    };
    let mut text = format!("{}\n", terminal.paint(colour, head));
    let yes_or_no = |answer: Option<bool>| match answer {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    let mut table = Table::new(&[Column::new("", Align::Left), Column::giving_way("")]).indented(2);
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            table.row([name.to_owned(), value.to_owned()]);
        }
    };
    let supervisor = view.supervisor.name();
    let runs = if view.supervisor_runs { "" } else { ", which does not run this machine" };
    row("kept alive by", &format!("{supervisor}{runs}"));
    if view.installed {
        row("says", &view.detail);
        row("starts by itself", yes_or_no(view.enabled));
        row("without a login", yes_or_no(Some(view.starts_without_login)));
        row("process", &view.pid.map(|pid| pid.to_string()).unwrap_or_default());
        row("started anew", &view.restarts.map(|times| format!("{times} times")).unwrap_or_default());
        row("program", view.program.as_deref().unwrap_or("cannot be told"));
        row("version", view.version.as_deref().unwrap_or("cannot be told"));
        row("unit", &view.file);
    }
    text.push_str(&table.render(terminal));
    for note in &view.notes {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{}", terminal.wrap(&format!("note: {note}"), 0));
    }
    if !view.installed {
        text.push_str("hint: `caretaker service install --dry-run` shows what would be installed\n");
    }
    text
}
