//! Verbs that are part of the plan but not of this version. They are known, so that typing one gives a clear answer, and
//! hidden, so that nobody is promised anything.

use clap::{Arg, ArgAction, ArgMatches, Command};

/// Verbs with their subverbs; those of which some subverb works are added to.
const LATER: &[(&str, &[&str])] = &[
    ("metrics", &["tokens"]),
    ("incidents", &["list", "show", "open", "note", "set-priority", "resolve", "postmortem"]),
    ("logs", &["search", "stats", "tail", "export"]),
    ("errors", &["list", "show", "ignore"]),
    ("config", &["history", "diff", "rollback"]),
    ("files", &["list", "history", "diff", "rollback", "check", "promote"]),
    ("secrets", &["set", "list", "rotate", "remove"]),
    ("services", &["list", "show", "discover", "deployed"]),
    ("flags", &["list", "set", "eval"]),
    ("report", &["daily", "weekly", "monthly", "quarterly", "yearly", "compliance"]),
];

const WORDS: &str = "words";

/// A verb that was typed too early.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// With its subverb: `backup create`.
    pub verb: String,
    /// Whether `--json` stands among the words behind it.
    pub json: bool,
}

/// The tree with the later verbs in it.
pub(super) fn add(mut command: Command) -> Command {
    for (verb, subverbs) in LATER.iter().copied() {
        if command.find_subcommand(verb).is_some() {
            command =
                command.mut_subcommand(verb, |known| known.subcommands(subverbs.iter().map(|name| anything(name))));
        } else {
            let later = anything(verb).args_conflicts_with_subcommands(true);
            command = command.subcommand(later.subcommands(subverbs.iter().map(|name| anything(name))));
        }
    }
    command
}

/// A verb that takes whatever stands behind it. Verbs with subverbs take none but those.
fn anything(name: &'static str) -> Command {
    let has_subverbs = LATER.iter().any(|(verb, subverbs)| *verb == name && !subverbs.is_empty());
    let command = Command::new(name).about("Not part of this version yet").hide(true);
    if has_subverbs {
        return command;
    }
    let words =
        Arg::new(WORDS).num_args(0..).action(ArgAction::Append).trailing_var_arg(true).allow_hyphen_values(true);
    command.arg(words)
}

/// The later verb among what was typed, if there is one.
pub(super) fn find(matches: &ArgMatches) -> Option<Found> {
    let (verb, inner) = matches.subcommand()?;
    let (_, subverbs) = LATER.iter().find(|(name, _)| *name == verb)?;
    match inner.subcommand() {
        Some((subverb, words)) if subverbs.contains(&subverb) => {
            Some(Found { verb: format!("{verb} {subverb}"), json: wants_json(words) })
        }
        Some(_) => None,
        None => Some(Found { verb: verb.to_owned(), json: wants_json(inner) }),
    }
}

fn wants_json(matches: &ArgMatches) -> bool {
    let words = matches.try_get_many::<String>(WORDS).ok().flatten();
    words.into_iter().flatten().any(|word| word == "--json")
}
