//! Rights, owners, administrators, keys and open ports, and what is new about them since the last look.

use std::path::Path;

use caretaker_care::audit::{Seen, Topic, audit as look};
use caretaker_care::place;
use caretaker_core::maintenance::{Audit, Finding, Outcome, Weight};
use caretaker_core::problem::Problem;
use caretaker_core::view::CheckState;

use super::{Stop, in_background};
use crate::engine::Engine;
use crate::words::count;

/// Looks at the machine and at the folders of the task.
pub(super) async fn audit(engine: &Engine, task: &str, scope: &Audit, stop: &Stop) -> Result<Outcome, Problem> {
    let before = engine.newest_task_runs().await?.remove(task).map(|run| run.outcome.findings);
    let (folders, stopped) = (scope.folders.clone(), stop.clone());
    let seen = in_background(move || look(Path::new("/"), &place::homes(), &folders, &|| stopped.is_set())).await?;
    let checks = (engine.0.server)(engine.now()).await;
    let mut findings: Vec<Finding> = seen.iter().map(told).collect();
    findings.extend(checks.iter().filter(|check| check.name.starts_with("port ")).map(|check| {
        let make = if check.state == CheckState::Ok { Finding::note } else { Finding::attention };
        make(check.name.clone(), check.detail.clone()).hint(check.hint.clone())
    }));
    let known = before.unwrap_or_default();
    let same = |one: &Finding, other: &Finding| one.about == other.about && one.text == other.text;
    // Who may enter is no news the first time, and always when it changes.
    for finding in &mut findings {
        if !known.is_empty() && !known.iter().any(|old| same(old, finding)) {
            finding.weight = Weight::Attention;
        }
    }
    let gone: Vec<Finding> = known
        .iter()
        .filter(|old| !old.text.starts_with(GONE) && !findings.iter().any(|finding| same(old, finding)))
        .map(|old| Finding::note(old.about.clone(), format!("{GONE} {}", old.text)))
        .collect();
    let changes =
        findings.iter().filter(|finding| !known.is_empty() && !known.iter().any(|old| same(old, finding))).count();
    let open =
        seen.iter().filter(|one| matches!(one.topic, Topic::WorldWritable | Topic::OpenSecret | Topic::Owner)).count();
    let sentence = match (known.is_empty(), changes + gone.len()) {
        (true, _) => format!("The first look: {} too open. From now on changes are told.", count(open, "thing")),
        (false, 0) => format!("Nothing changed since the last look; {} too open.", count(open, "thing")),
        (false, changes) => {
            format!("{} since the last look; {} too open.", count(changes, "change"), count(open, "thing"))
        }
    };
    findings.extend(gone);
    Ok(Outcome::found(sentence, findings))
}

const GONE: &str = "No longer so:";

fn told(seen: &Seen) -> Finding {
    let (make, hint): (fn(String, String) -> Finding, String) = match seen.topic {
        Topic::WorldWritable => (Finding::attention, format!("chmod o-w '{}'", seen.about)),
        Topic::OpenSecret => (Finding::attention, format!("chmod go-rwx '{}'", seen.about)),
        Topic::Owner => (Finding::attention, "see who put it there, or give it to the owner of the folder".to_owned()),
        Topic::Unreadable => (Finding::attention, String::new()),
        Topic::Administrator | Topic::Sudoers | Topic::Key => (Finding::note, String::new()),
    };
    let word = match seen.topic {
        Topic::Administrator => "Administrator: ",
        Topic::Sudoers => "Rule: ",
        Topic::Key => "Key: ",
        Topic::WorldWritable | Topic::OpenSecret | Topic::Owner | Topic::Unreadable => "",
    };
    make(seen.about.clone(), format!("{word}{}", seen.text)).hint(hint)
}
