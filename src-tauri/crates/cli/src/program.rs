//! From the words of the command line to an exit code.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use caretaker_core::problem::{Code, Problem};
use caretaker_platform::signals::StopSignals;
use clap::error::ErrorKind;

use crate::arguments::{self, Arguments, Global, Typed, Verb};
use crate::context::Context;
use crate::hidden;
use crate::log;
use crate::outcome::Outcome;
use crate::render::{Colours, Terminal};
use crate::verbs;

/// How long work on other threads may hold up the end of the program.
const LONGEST_END: Duration = Duration::from_millis(150);

/// Does what the command line says.
pub fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    if let Some(code) = hidden::find(&words) {
        return code;
    }
    let typed = match arguments::parse(words.clone()) {
        Ok(typed) => typed,
        Err(error) => return refuse(&words, &error),
    };
    match typed {
        Typed::Later { verb, json, global } => {
            let terminal = terminal(&Global { json, ..global });
            fail(&terminal, &verbs::not_built(&verb))
        }
        Typed::Verb(arguments) => {
            let terminal = terminal(&arguments.global);
            log::start(arguments.global.verbose);
            match perform(arguments, terminal) {
                Ok(outcome) => outcome.into(),
                Err(problem) => fail(&terminal, &problem),
            }
        }
    }
}

fn terminal(global: &Global) -> Terminal {
    Terminal::detect(global.json, if global.no_color { Colours::Never } else { Colours::Automatic })
}

fn fail(terminal: &Terminal, problem: &Problem) -> ExitCode {
    terminal.problem(problem);
    ExitCode::from(problem.code.exit_code())
}

/// Help and version are answers; everything else that clap says is a wrong usage.
fn refuse(words: &[OsString], error: &clap::Error) -> ExitCode {
    let said = |flag: &str| words.iter().take_while(|word| *word != "--").any(|word| word == flag);
    let terminal = terminal(&Global { json: said("--json"), no_color: said("--no-color"), ..Global::default() });
    let text = error.render();
    if !error.use_stderr() {
        let text = if terminal.colours() { text.ansi().to_string() } else { text.to_string() };
        return match terminal.text(&text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => fail(&terminal, &problem),
        };
    }
    if error.kind() == ErrorKind::MissingSubcommand {
        // What clap says would name the verbs of later versions.
        return fail(&terminal, &usage(error.kind(), ""));
    }
    terminal.note(&if terminal.colours_notes() { text.ansi().to_string() } else { text.to_string() });
    if terminal.json() {
        // The words are on stderr already; there is nobody left to tell that this failed too.
        let _ = terminal.error(&usage(error.kind(), &text.to_string()));
    }
    ExitCode::from(Code::Usage.exit_code())
}

/// The first paragraph of what clap says is the message; its tips are the hint.
fn usage(kind: ErrorKind, text: &str) -> Problem {
    if matches!(kind, ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) {
        return Problem::new(Code::Usage, "a command is missing").hint("see `caretaker --help`");
    }
    let first = text.split("\n\n").next().unwrap_or_default();
    let message = first.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    let tips: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("tip: ")).collect();
    let hint = if tips.is_empty() { "see `caretaker --help`".to_owned() } else { tips.join("; ") };
    Problem::new(Code::Usage, message).hint(hint)
}

fn perform(arguments: Arguments, terminal: Terminal) -> Result<Outcome, Problem> {
    let context = Context::new(&arguments.global, terminal);
    // What needs neither an engine nor a home needs no runtime either.
    let verb = match arguments.verb {
        Verb::Completions(wanted) => return verbs::completions::print(&context, &wanted),
        Verb::Api(arguments::Api::Openapi) => return verbs::api::openapi(&context),
        Verb::Configuration(arguments::Configuration::Schema) => return verbs::configuration::schema(&context),
        Verb::Configuration(arguments::Configuration::Validate(wanted)) => {
            return verbs::validate::validate(&context, &wanted);
        }
        other => other,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::new(Code::Internal, format!("start the runtime: {error}")))?;
    let result = runtime.block_on(Box::pin(dispatch(&context, verb)));
    runtime.shutdown_timeout(LONGEST_END);
    result
}

async fn dispatch(context: &Context, verb: Verb) -> Result<Outcome, Problem> {
    let signals = StopSignals::listen();
    let mut signals = signals.map_err(|error| Problem::new(Code::Internal, format!("listen to signals: {error}")))?;
    if let Verb::Run(wanted) = verb {
        return Box::pin(verbs::run::run(context, &wanted, signals)).await;
    }
    // Long work is asked to end, and watched until it has.
    let verb = match verb {
        Verb::Backup(arguments::Backup::Create(wanted)) => {
            return Box::pin(verbs::backup_create::create(context, &wanted, &mut signals)).await;
        }
        Verb::Backup(arguments::Backup::Prune(wanted)) => {
            return Box::pin(verbs::backup_prune::prune(context, &wanted, &mut signals)).await;
        }
        Verb::Backup(arguments::Backup::Verify(wanted)) => {
            return Box::pin(verbs::backup_verify::verify(context, &wanted, &mut signals)).await;
        }
        Verb::Backup(arguments::Backup::Restore(wanted)) => {
            return Box::pin(verbs::backup_restore::restore(context, &wanted, &mut signals)).await;
        }
        Verb::Backup(arguments::Backup::Drill(wanted)) => {
            return Box::pin(verbs::backup_drill::drill(context, &wanted, &mut signals)).await;
        }
        Verb::Backup(arguments::Backup::RebuildCatalog(wanted)) => {
            return Box::pin(verbs::backup_catalog::read(context, &wanted, "rebuild", &mut signals)).await;
        }
        Verb::Maintain(arguments::Maintain::Run(wanted)) => {
            return Box::pin(verbs::maintain_run::run(context, &wanted, &mut signals)).await;
        }
        Verb::Backup(arguments::Backup::Adopt(wanted)) => {
            return Box::pin(verbs::backup_catalog::read(context, &wanted, "adopt", &mut signals)).await;
        }
        Verb::Runbook(arguments::Runbook::Run(wanted)) => {
            return Box::pin(verbs::runbook_run::run(context, &wanted, &mut signals)).await;
        }
        other => other,
    };
    tokio::select! {
        result = Box::pin(answer(context, verb)) => result,
        _ = signals.next() => Err(Problem::new(Code::Interrupted, "it was interrupted")),
    }
}

/// Verbs that ask an engine and show what it says.
async fn answer(context: &Context, verb: Verb) -> Result<Outcome, Problem> {
    use arguments::{Alerts, Api, Backup, Configuration, Key, Maintain, Metrics, Notify, Runbook, Service};
    match verb {
        Verb::Status(wanted) => verbs::status::show(context, &wanted).await,
        Verb::Monitor(wanted) => verbs::monitor::monitor(context, &wanted).await,
        Verb::Health(wanted) => verbs::health::check(context, &wanted).await,
        Verb::Doctor(wanted) => verbs::doctor::check(context, &wanted).await,
        Verb::Service(Service::Install(wanted)) => verbs::service::install(context, wanted).await,
        Verb::Service(Service::Uninstall(wanted)) => verbs::service::uninstall(context, &wanted).await,
        Verb::Service(Service::Status(wanted)) => verbs::service::status(context, &wanted).await,
        Verb::Metrics(Metrics::Summary(wanted)) => verbs::metrics_summary::summary(context, &wanted).await,
        Verb::Metrics(Metrics::List(wanted)) => verbs::metrics_list::list(context, &wanted).await,
        Verb::Metrics(Metrics::Show(wanted)) => verbs::metrics_show::show(context, &wanted).await,
        Verb::Metrics(Metrics::Export(wanted)) => verbs::metrics_export::export(context, &wanted).await,
        Verb::Metrics(Metrics::Exports(wanted)) => verbs::metrics_exports::exports(context, &wanted).await,
        Verb::Metrics(Metrics::Record(wanted)) => verbs::metrics_record::record(context, wanted).await,
        Verb::Metrics(Metrics::Reset(wanted)) => verbs::metrics_reset::reset(context, wanted).await,
        Verb::Alerts(Alerts::List(wanted)) => verbs::alerts_list::list(context, &wanted).await,
        Verb::Alerts(Alerts::Show(wanted)) => verbs::alerts_show::show(context, &wanted).await,
        Verb::Alerts(Alerts::Export(wanted)) => verbs::alert_export::export(context, &wanted).await,
        Verb::Alerts(Alerts::Maintenance(wanted)) => verbs::alerts::maintenance(context, wanted).await,
        Verb::Folders(wanted) => verbs::folders::show(context, &wanted).await,
        Verb::Alerts(Alerts::Ack(wanted)) => verbs::alerts::acknowledge(context, &wanted).await,
        Verb::Alerts(Alerts::Silence(wanted)) => verbs::alerts::silence(context, wanted).await,
        Verb::Alerts(Alerts::Unsilence(wanted)) => verbs::alerts::unsilence(context, &wanted).await,
        Verb::Alerts(Alerts::Rules) => verbs::rules::list(context).await,
        Verb::Alerts(Alerts::Noise(wanted)) => verbs::noise::noise(context, &wanted).await,
        Verb::Alerts(Alerts::Backtest(wanted)) => verbs::backtest::backtest(context, &wanted).await,
        Verb::Configuration(Configuration::Show(wanted)) => verbs::configuration::show(context, &wanted).await,
        Verb::Configuration(Configuration::Set(wanted)) => {
            verbs::configuration::set(context, &wanted.key, Some(&wanted.value)).await
        }
        Verb::Configuration(Configuration::Unset(wanted)) => {
            verbs::configuration::set(context, &wanted.key, None).await
        }
        Verb::Backup(Backup::List(wanted)) => verbs::backup_list::list(context, &wanted).await,
        Verb::Backup(Backup::Show(wanted)) => verbs::backup_show::show(context, &wanted).await,
        Verb::Backup(Backup::Browse(wanted)) => verbs::backup_browse::browse(context, &wanted).await,
        Verb::Backup(Backup::Find(wanted)) => verbs::backup_browse::find(context, &wanted).await,
        Verb::Backup(Backup::AcceptChanges(wanted)) => verbs::backup_prune::accept(context, &wanted).await,
        Verb::Backup(Backup::Test(wanted)) => verbs::backup_test::test(context, &wanted).await,
        Verb::Backup(Backup::Key(Key::Show(wanted))) => verbs::backup_key::show(context, &wanted).await,
        Verb::Backup(Backup::Key(Key::Sheet(wanted))) => verbs::backup_key_sheet::print(context, &wanted).await,
        Verb::Backup(Backup::Key(Key::Confirm(wanted))) => verbs::backup_key::confirm(context, &wanted).await,
        Verb::Backup(Backup::Key(Key::Import(wanted))) => verbs::backup_key::import(context, &wanted).await,
        Verb::Runbook(Runbook::List(wanted)) => verbs::runbook_show::list(context, &wanted).await,
        Verb::Runbook(Runbook::Show(wanted)) => verbs::runbook_show::show(context, &wanted).await,
        Verb::Runbook(Runbook::New(wanted)) => verbs::runbook_show::new(context, &wanted).await,
        Verb::Runbook(Runbook::History(wanted)) => verbs::runbook_history::history(context, &wanted).await,
        Verb::Runbook(Runbook::Versions(wanted)) => verbs::runbook_show::versions(context, &wanted).await,
        Verb::Runbook(Runbook::Diff(wanted)) => verbs::runbook_show::diff(context, &wanted).await,
        Verb::Runbook(Runbook::Rollback(wanted)) => verbs::runbook_show::roll_back(context, &wanted).await,
        Verb::Maintain(Maintain::List) => verbs::maintain::list(context).await,
        Verb::Maintain(Maintain::Schedule(wanted)) => verbs::maintain::schedule(context, &wanted).await,
        Verb::Maintain(Maintain::History(wanted)) => verbs::maintain_run::history(context, &wanted).await,
        Verb::Maintain(Maintain::Calendar(wanted)) => verbs::maintain::calendar(context, &wanted).await,
        Verb::Maintain(Maintain::Pause(wanted)) => verbs::maintain::pause(context, &wanted).await,
        Verb::Export(wanted) => verbs::write_out::write_out(context, &wanted).await,
        Verb::Validate => verbs::write_out::validate(context).await,
        Verb::Notify(Notify::List) => verbs::notify::list(context).await,
        Verb::Notify(Notify::Test(wanted)) => verbs::notify::test(context, wanted).await,
        Verb::Api(Api::Token(wanted)) => verbs::api_token::print(context, &wanted).await,
        Verb::Run(_)
        | Verb::Maintain(Maintain::Run(_))
        | Verb::Backup(
            Backup::Create(_)
            | Backup::Prune(_)
            | Backup::Verify(_)
            | Backup::Restore(_)
            | Backup::Drill(_)
            | Backup::RebuildCatalog(_)
            | Backup::Adopt(_),
        )
        | Verb::Runbook(Runbook::Run(_))
        | Verb::Completions(_)
        | Verb::Api(Api::Openapi)
        | Verb::Configuration(Configuration::Schema | Configuration::Validate(_)) => {
            Err(Problem::new(Code::Internal, "this verb needs no engine"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clap_says_becomes_one_sentence_and_a_hint() {
        let error = arguments::parse(["caretaker", "statsu"]).unwrap_err();
        let problem = usage(error.kind(), &error.to_string());
        assert_eq!(problem.message, "unrecognized subcommand 'statsu'");
        assert!(problem.hint.contains("'status'"), "{}", problem.hint);
        let error = arguments::parse(["caretaker", "run", "--for", "5"]).unwrap_err();
        let problem = usage(error.kind(), &error.to_string());
        assert!(problem.message.contains("`5`") && problem.message.contains("15m"), "{}", problem.message);
    }
}
