//! The page about the command line, made from the command line itself.

use std::fmt::Write;

use clap::Command;

/// The whole page.
pub fn page(command: &Command) -> String {
    let mut command = command.clone();
    command.build();
    let mut page = String::from(
        "# The command line\n\nGenerated from the program; do not edit.\n\nExit codes: 0 done or healthy, 1 failed, critical or \
         unknown, 2 wrong usage or invalid configuration, 3 warnings only, 4 not found, 130 interrupted.\n\n## Global options\n\n",
    );
    options(&mut page, &command, true);
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help") {
        section(&mut page, verb, "caretaker", 2);
    }
    page
}

fn section(page: &mut String, command: &Command, above: &str, depth: usize) {
    let name = format!("{above} {}", command.get_name());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let positional: Vec<String> = command
        .get_positionals()
        .map(|one| {
            let name = one.get_id().as_str().to_uppercase();
            if one.is_required_set() { name } else { format!("[{name}]") }
        })
        .collect();
    let usage = [vec![name.clone()], positional].concat().join(" ");
    // Writing to a text cannot fail.
    let _ = write!(page, "\n{} `{usage}`\n\n{about}\n", "#".repeat(depth.min(4)));
    let mut table = String::new();
    options(&mut table, command, false);
    if !table.is_empty() {
        page.push('\n');
        page.push_str(&table);
    }
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help") {
        section(page, verb, &name, depth + 1);
    }
}

fn options(page: &mut String, command: &Command, global: bool) {
    let shown = command.get_opts().chain(command.get_arguments().filter(|one| !one.get_action().takes_values()));
    let mut rows = Vec::new();
    for option in shown.filter(|one| one.is_global_set() == global && !one.is_hide_set()) {
        if ["help", "version"].contains(&option.get_id().as_str()) {
            continue;
        }
        let long = option.get_long().map(|long| format!("--{long}"));
        let short = option.get_short().map(|short| format!("-{short}"));
        let names: Vec<String> = [short, long].into_iter().flatten().collect();
        let values = option.get_value_names().filter(|_| option.get_action().takes_values());
        let value = values.map(|names| format!(" {}", names.join(" "))).unwrap_or_default();
        let help = option.get_help().map(ToString::to_string).unwrap_or_default();
        rows.push(format!("| `{}{value}` | {help} |\n", names.join(", ")));
    }
    rows.sort();
    rows.dedup();
    if !rows.is_empty() {
        page.push_str("| option | meaning |\n|--|--|\n");
        for row in rows {
            page.push_str(&row);
        }
    }
}
