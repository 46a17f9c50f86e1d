//! `runbook run`: shows each command, asks, has it run, and shows what it prints as it comes.

use std::io::{BufRead, IsTerminal};
use std::time::Duration;

use caretaker_api::{Access, Client};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityView, Door, RunRequest, RunState, RunView, RunbookView, StepCommand, StepView};
use caretaker_platform::signals::StopSignals;
use hyper::Method;
use serde::Serialize;

use crate::arguments::RunRunbook;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Colour, command};
use crate::request::Address;

/// Between two looks at a command that runs.
const LOOK: Duration = Duration::from_millis(200);

/// What scripts get.
#[derive(Debug, Serialize)]
struct Ran {
    runs: Vec<RunView>,
}

/// What somebody said about a command.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    Quit,
}

/// Runs one step, or one after the other until one fails.
pub async fn run(context: &Context, wanted: &RunRunbook, signals: &mut StopSignals) -> Result<Outcome, Problem> {
    let mut connection = context.connect(Access::Write).await?;
    let ran = match connection.serve() {
        Ok(()) => all(context, &connection.client, wanted, signals).await,
        Err(problem) => Err(problem),
    };
    connection.close().await;
    let ran = ran?;
    if context.terminal.json() {
        context.terminal.document(&ran)?;
    }
    match ran.runs.last().map(|run| run.state) {
        Some(RunState::Cancelled | RunState::Interrupted) => Ok(Outcome::Interrupted),
        Some(RunState::Failed | RunState::TimedOut) => Ok(Outcome::Unhealthy),
        Some(RunState::Done | RunState::Running) | None => Ok(Outcome::Done),
    }
}

async fn all(
    context: &Context,
    client: &Client,
    wanted: &RunRunbook,
    signals: &mut StopSignals,
) -> Result<Ran, Problem> {
    let view: RunbookView = client.get(Address::new("/runbooks").segment(&wanted.id).as_str()).await?;
    let steps = steps(&view, wanted)?;
    let can_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    // Nothing is begun that could not go on to its end.
    if let Some((step, found)) = steps.iter().find(|(_, found)| !wanted.yes && !can_ask && !found.is_approved) {
        let message = format!(
            "step {} of `{}` needs a yes, and there is no terminal to ask on; nothing was run",
            step.number, view.summary.id
        );
        let hint = format!(
            "look at it with `caretaker runbook show {}`, then say `--yes`, or approve `sha256 = \"{}\"` in the configuration",
            view.summary.id, found.sha256
        );
        return Err(Problem::new(Code::Usage, message).hint(hint));
    }
    let mut ran = Ran { runs: Vec::new() };
    for (step, found) in steps {
        show_command(context, step, found);
        let answer = if wanted.yes {
            Answer::Yes
        } else if can_ask {
            ask(context, signals).await?
        } else {
            Answer::Yes
        };
        match answer {
            Answer::Yes => {}
            Answer::No => continue,
            Answer::Quit => break,
        }
        let agreed = (wanted.yes || can_ask).then(|| found.sha256.clone());
        let request =
            RunRequest { step: step.number, sha256: agreed, alert: wanted.alert.clone(), door: Door::CommandLine };
        let run = follow(context, client, &view.summary.id, &request, signals).await?;
        let is_done = run.state == RunState::Done;
        ran.runs.push(run);
        if !is_done {
            break;
        }
    }
    Ok(ran)
}

/// Steps with commands: the one that is wanted, or all.
fn steps<'v>(view: &'v RunbookView, wanted: &RunRunbook) -> Result<Vec<(&'v StepView, &'v StepCommand)>, Problem> {
    let with_command = |step: &'v StepView| Some((step, step.command.as_ref()?));
    let Some(number) = wanted.step else {
        let all: Vec<_> = view.procedure.iter().filter_map(with_command).collect();
        if all.is_empty() {
            let message = format!("the runbook `{}` has no command for this system", view.summary.id);
            return Err(
                Problem::new(Code::Usage, message).hint("it is for reading: `caretaker runbook show` prints it")
            );
        }
        return Ok(all);
    };
    let step = view.procedure.iter().find(|step| step.number == number).ok_or_else(|| {
        let message = format!("the runbook `{}` has no step {number}", view.summary.id);
        Problem::new(Code::NotFound, message).hint(format!("it has {} steps", view.procedure.len()))
    })?;
    let found = with_command(step).ok_or_else(|| {
        let message = format!("step {number} of `{}` has no command for this system", view.summary.id);
        Problem::new(Code::Usage, message).hint("it is for reading: `caretaker runbook show` prints it")
    })?;
    Ok(vec![found])
}

fn show_command(context: &Context, step: &StepView, found: &StepCommand) {
    let terminal = &context.terminal;
    let title = terminal.paint(Colour::Bold, &format!("{}. {}", step.number, step.title));
    terminal.note(&format!("{title}\n{}", command(terminal, &found.text)));
}

async fn ask(context: &Context, signals: &mut StopSignals) -> Result<Answer, Problem> {
    loop {
        context.terminal.note("Run this? [y]es, [n]o, [q]uit: ");
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).map(|read| (read, line))
        });
        let read = tokio::select! {
            read = line => read,
            _ = signals.next() => return Err(Problem::new(Code::Interrupted, "it was interrupted; nothing was run")),
        };
        let Ok(Ok((1.., line))) = read else { return Ok(Answer::Quit) };
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" => return Ok(Answer::Yes),
            "n" | "no" | "" => return Ok(Answer::No),
            "q" | "quit" => return Ok(Answer::Quit),
            _ => {}
        }
    }
}

/// Has a command run, and prints what it prints. A signal asks it to end; it is watched until it has.
async fn follow(
    context: &Context,
    client: &Client,
    runbook: &str,
    request: &RunRequest,
    signals: &mut StopSignals,
) -> Result<RunView, Problem> {
    let address = Address::new("/runbooks").segment(runbook).word("run");
    let mut run: RunView = client.send(Method::POST, address.as_str(), request).await?;
    let address = Address::new("/runbook-runs").segment(&run.id);
    let mut shown = String::new();
    while run.state == RunState::Running {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = signals.next() => {
                let cancel = Address::new("/activities").segment(&run.id).word("cancel");
                let _: ActivityView = client.send(Method::POST, cancel.as_str(), &()).await?;
            }
        }
        run = client.get(address.as_str()).await?;
        print_new(context, &mut shown, &run.output)?;
    }
    print_new(context, &mut shown, &run.output)?;
    if !context.terminal.json() {
        let end = if shown.is_empty() || shown.ends_with('\n') { "" } else { "\n" };
        context.terminal.text(end)?;
        context.terminal.note(&said(context, &run));
    }
    Ok(run)
}

/// Prints what came since the look before. Where the middle was let go of, what is new cannot be told from what is old: only whole texts that
/// go on are continued.
fn print_new(context: &Context, shown: &mut String, output: &str) -> Result<(), Problem> {
    if context.terminal.json() {
        return Ok(());
    }
    if let Some(new) = output.strip_prefix(shown.as_str()) {
        context.terminal.text(new)?;
        output.clone_into(shown);
    } else {
        let from = output.find("\n… ").unwrap_or(0);
        context.terminal.text(output.get(from..).unwrap_or_default())?;
        output.clone_into(shown);
    }
    Ok(())
}

fn said(context: &Context, run: &RunView) -> String {
    let terminal = &context.terminal;
    let (shape, colour) = match run.state {
        RunState::Done => ("●", Colour::Green),
        RunState::Running => ("○", Colour::Dim),
        RunState::Failed | RunState::TimedOut | RunState::Cancelled | RunState::Interrupted => ("■", Colour::Red),
    };
    let mark = if terminal.colours_notes() { colour.paint(shape) } else { shape.to_owned() };
    let reason = if run.reason.is_empty() { String::new() } else { format!(": {}", run.reason) };
    let after = run.after.as_ref().map(|after| format!("\n  The alert now: {}", after.summary));
    format!("{mark} {}{reason}{}\n", run.state.word(), after.unwrap_or_default())
}
