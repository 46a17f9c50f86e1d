//! Nothing but the pipeline raises an alert: each step from a sample to a stored alert stands in one place, and each is
//! looked for here wherever product code lies.

use crate::sources::lines;

/// `backup` and `worker` know neither samples nor the store (`crates.rs`).
const CRATES: [&str; 9] = ["api", "cli", "collect", "core", "courier", "engine", "platform", "probe", "store"];

/// What takes part in raising one, and the files that may have it; paths begin below `src-tauri/crates`.
const STEPS: [(&str, &[&str]); 8] = [
    // The state machine turns an alert on.
    ("state = State::Firing", &["core/src/alert/step.rs"]),
    // It lives in the pipeline and in a backtest, which stores nothing.
    ("Evaluator::restored(", &["engine/src/restore.rs", "core/src/alert/backtest.rs"]),
    ("evaluator.judge(", &["engine/src/pipeline.rs", "core/src/alert/backtest.rs"]),
    // What it decided is made into a decision by parts of the pipeline; the window makes one for a test notification.
    (
        "Decision {",
        &[
            "engine/src/decisions.rs",
            "engine/src/attention.rs",
            "engine/src/witness.rs",
            "engine/src/growth.rs",
            "engine/src/operation/window.rs",
            "store/src/state/decision.rs",
        ],
    ),
    ("state.commit(", &["engine/src/decisions.rs", "engine/src/operation/window.rs"]),
    // And one function of the store writes it.
    ("alert::put(", &["store/src/state/decision.rs"]),
    ("INSERT INTO alert ", &["store/src/table/alert.rs"]),
    ("UPDATE alert ", &[]),
];

fn all_lines() -> Vec<(String, String)> {
    let crates = CRATES.iter().map(|name| format!("src-tauri/crates/{name}/src"));
    crates.chain(["src-tauri/src".to_owned()]).flat_map(|folder| lines(&folder)).collect()
}

#[test]
fn only_the_pipeline_raises_alerts() {
    let lines = all_lines();
    for (step, homes) in STEPS {
        let mut found = Vec::new();
        for (file, line) in lines.iter().filter(|(_, line)| line.contains(step)) {
            let home = homes.iter().find(|home| file.ends_with(*home));
            assert!(home.is_some(), "{file}: `{step}` in `{}`", line.trim());
            found.extend(home);
        }
        // A step that is called something else today would make this test blind.
        for home in homes {
            assert!(found.contains(&home), "{home} has no `{step}` any more");
        }
    }
}

#[test]
fn what_the_window_commits_by_itself_is_a_notice_and_no_alert() {
    let made: Vec<String> = lines("src-tauri/crates/engine/src/operation")
        .into_iter()
        .filter(|(_, line)| line.contains("Decision {"))
        .map(|(_, line)| line.trim().to_owned())
        .collect();
    assert_eq!(made, ["let decision = Decision { notices: vec![notice], ..Decision::default() };"]);
}

#[test]
fn only_the_pipeline_commits_what_the_state_machine_decided() {
    for file in ["decisions", "attention", "witness", "growth"] {
        let lines = lines("src-tauri/crates/engine/src");
        let name = format!("engine/src/{file}.rs");
        let mut owner = String::new();
        for (_, line) in lines.iter().filter(|(file, _)| file.ends_with(&name)) {
            if line.starts_with("impl ") || line.starts_with("fn ") || line.starts_with("pub") {
                owner = line.trim_end_matches(" {").to_owned();
            }
            if line.contains("Decision {") && !line.contains("fn ") {
                let pure = owner.starts_with("fn together(");
                assert!(owner == "impl Pipeline" || pure, "{name}: `{}` in `{owner}`", line.trim());
            }
        }
    }
}
