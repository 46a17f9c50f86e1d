//! Runbooks that act: a yes to the exact bytes, a command that runs within bounds, and its trace in the alert.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use caretaker_core::metric::Labels;
use caretaker_core::problem::Code;
use caretaker_core::runbook::Sha256;
use caretaker_core::time::{Clock, Span};
use caretaker_core::view::{
    Consent, Door, RollbackRequest, RunRequest, RunState, RunView, SampleRequest, SamplesRequest,
};
use caretaker_engine::AlertFilter;
use caretaker_testkit::World;

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Puts a runbook of the owner there.
fn write(world: &World, id: &str, body: &str) {
    let folder = world.home().join("runbooks");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!("---\nid: {id}\ntitle: Mine\nalerts: [queue]\n---\n{body}");
    File::create(folder.join(format!("{id}.md"))).unwrap().write_all(text.as_bytes()).unwrap();
}

fn step(command: &str) -> String {
    format!("## Act\n```sh\n{command}```\n")
}

/// A yes to a command.
fn yes(command: &str) -> RunRequest {
    RunRequest { step: 1, sha256: Some(Sha256::of(command)), alert: None, door: Door::Window }
}

/// Waits until a run is over.
async fn over(world: &World, id: &str) -> RunView {
    let begun = Instant::now();
    loop {
        let run = world.engine().runbook_run(id).await.unwrap();
        if run.state != RunState::Running {
            return run;
        }
        assert!(begun.elapsed() < PATIENCE, "{run:?}");
        tokio::task::yield_now().await;
    }
}

async fn run(world: &World, command: &str) -> RunView {
    write(world, "mine", &step(command));
    let begun = world.engine().run_step("mine", yes(command)).await.unwrap();
    over(world, &begun.id).await
}

/// A rule over figures of somebody else, whose label means harm.
const RULE: &str = "[[rule]]\nid = \"queue\"\nmetric = \"board.queue\"\nwarning = { above = 10 }\nrunbook = \"mine\"\n";

async fn push(world: &World, shop: &str, value: f64) {
    let labels: Labels = [("shop".to_owned(), shop.to_owned())].into_iter().collect();
    let at = Some(world.clock.moment().wall);
    let sample = SampleRequest { name: "board.queue".to_owned(), value, labels, at, ..SampleRequest::default() };
    world.engine().record_samples(SamplesRequest { samples: vec![sample] }).await.unwrap();
    world.clock.advance(Span::from_seconds(30));
    world.round().await.unwrap();
}

#[tokio::test]
async fn nothing_runs_without_a_yes_to_exactly_these_bytes() {
    let world = World::new().unwrap();
    let touched = world.home().join("touched");
    let command = format!("touch '{}'\n", touched.display());
    write(&world, "mine", &step(&command));
    let engine = world.engine();
    let nobody = engine.run_step("mine", RunRequest { step: 1, ..RunRequest::default() }).await.unwrap_err();
    assert_eq!(nobody.code, Code::Usage, "{nobody}");
    assert!(nobody.hint.contains(Sha256::of(&command).as_str()), "{}", nobody.hint);
    // Somebody changes the file between the look and the yes.
    let seen = yes(&command);
    write(&world, "mine", &step("touch elsewhere\n"));
    let changed = engine.run_step("mine", seen.clone()).await.unwrap_err();
    assert!(changed.code == Code::Usage && changed.message.contains("has changed"), "{changed}");
    assert!(!touched.exists());
    assert!(engine.runbook_runs(None, None, None).await.unwrap().runs.is_empty());
    write(&world, "mine", &step(&command));
    let run = engine.run_step("mine", seen).await.unwrap();
    let run = over(&world, &run.id).await;
    assert_eq!((run.state, run.exit_code, run.consent), (RunState::Done, Some(0), Consent::Given));
    assert!(touched.exists());
    for (id, number, code) in [("nothing", 1, Code::NotFound), ("mine", 9, Code::NotFound), ("restore", 2, Code::Usage)]
    {
        let problem = engine.run_step(id, RunRequest { step: number, ..yes("x") }).await.unwrap_err();
        assert_eq!(problem.code, code, "{id} {number}: {problem}");
    }
}

#[tokio::test]
async fn what_the_configuration_approves_runs_without_being_asked_about() {
    let command = "echo approved\n";
    let approved = format!("[[approval]]\nid = \"a\"\nrunbook = \"mine\"\nsha256 = \"{}\"\n", Sha256::of(command));
    let world = World::with_configuration(&approved).unwrap();
    write(&world, "mine", &step(command));
    assert!(world.engine().runbook("mine").await.unwrap().procedure[0].command.as_ref().unwrap().is_approved);
    let asked = RunRequest { step: 1, ..RunRequest::default() };
    let run = world.engine().run_step("mine", asked.clone()).await.unwrap();
    let run = over(&world, &run.id).await;
    assert_eq!((run.output.as_str(), run.consent), ("approved\n", Consent::Configured));
    write(&world, "mine", &step("echo approved \n"));
    assert_eq!(world.engine().run_step("mine", asked).await.unwrap_err().code, Code::Usage);
}

#[tokio::test]
async fn the_values_of_an_alert_go_in_as_variables_and_the_run_into_its_timeline() {
    let world = World::with_configuration(RULE).unwrap();
    world.pass(Span::from_minutes(1)).await.unwrap();
    let harm = world.home().join("harm");
    let shop = format!("$(touch {0}); `touch {0}`", harm.display());
    push(&world, &shop, 50.0).await;
    let alert = world.engine().alerts(AlertFilter::default()).await.unwrap().alerts.remove(0);
    let command = "echo \"$CARETAKER_ALERT_RULE is $CARETAKER_ALERT_VALUE at $CARETAKER_LABEL_SHOP\"\n\
                   test \"$CARETAKER_ALERT_ID\"; env | grep -c '^CARGO' || true\n";
    let run = run(&world, command).await;
    assert_eq!(run.output, format!("queue is 50 at {shop}\n0\n"), "{run:?}");
    assert!(!harm.exists(), "a label is never a command");
    assert_eq!(run.alert.as_deref(), Some(alert.id.0.as_str()), "the only open alert that it answers");
    let after = run.after.unwrap();
    assert!(after.summary.contains("50"), "{after:?}");
    let detail = world.engine().alert(&alert.id.0).await.unwrap();
    assert_eq!(detail.runbooks[0].id, "mine");
    let last = detail.timeline.last().unwrap();
    assert_eq!(last.text, "Ran step 1 of the runbook mine (Act): done");
    let change = serde_json::to_value(&last.change).unwrap();
    assert_eq!((change["sha256"].as_str(), change["run"].as_str()), (Some(run.sha256.as_str()), Some(run.id.as_str())));
    let runs = world.engine().runbook_runs(None, Some(alert.id.0.clone()), None).await.unwrap().runs;
    assert_eq!((runs.len(), runs[0].door), (1, Door::Window));
    let listed = world.engine().runbooks(Some("mine".to_owned())).await.unwrap().runbooks;
    assert_eq!(listed[0].open[0].id, alert.id.0);
}

#[tokio::test]
async fn the_check_after_a_command_judges_the_rule_again() {
    let world = World::with_configuration(RULE).unwrap();
    world.pass(Span::from_minutes(1)).await.unwrap();
    push(&world, "north", 50.0).await;
    let alert = world.engine().alerts(AlertFilter::default()).await.unwrap().alerts.remove(0);
    world.clock.advance(Span::from_minutes(2));
    let labels: Labels = [("shop".to_owned(), "north".to_owned())].into_iter().collect();
    let at = Some(world.clock.moment().wall);
    let sample = SampleRequest { name: "board.queue".to_owned(), value: 1.0, labels, at, ..SampleRequest::default() };
    world.engine().record_samples(SamplesRequest { samples: vec![sample] }).await.unwrap();
    world.clock.advance(Span::from_seconds(1));
    let run = run(&world, "true\n").await;
    let after = run.after.unwrap();
    assert_ne!(after.state, caretaker_core::alert::State::Firing, "{after:?}");
    assert_eq!(run.alert, Some(alert.id.0));
}

#[tokio::test]
async fn a_command_that_fails_or_takes_too_long_says_so_and_leaves_nothing_behind() {
    let world = World::new().unwrap();
    let failed = run(&world, "echo one; false\necho two\n").await;
    assert_eq!((failed.state, failed.exit_code, failed.output.as_str()), (RunState::Failed, Some(1), "one\n"));
    let unset = run(&world, "rm -rf \"$NOT_SET_ANYWHERE/x\"\n").await;
    assert_eq!(unset.state, RunState::Failed, "{unset:?}");
    let command = "setsid sh -c 'echo $$; exec sleep 600' &\nwait\n";
    write(&world, "mine", &format!("## Act\n```sh limit=1s\n{command}```\n"));
    let late = world.engine().run_step("mine", yes(command)).await.unwrap();
    let late = over(&world, &late.id).await;
    assert_eq!((late.state, late.reason.as_str()), (RunState::TimedOut, "it was ended after 1 s"));
    gone(late.output.trim());
    let status = world.engine().status(None).await.unwrap();
    let what: Vec<&str> = status.operations.iter().map(|operation| operation.what.as_str()).collect();
    assert!(what.iter().any(|what| what.starts_with("Runbook mine, step 1: Act")), "{what:?}");
}

/// Fails while the process is there.
fn gone(pid: &str) {
    if !cfg!(target_os = "linux") {
        return;
    }
    let begun = Instant::now();
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat.rsplit(')').next().unwrap_or_default().trim().to_owned();
        if state.is_empty() || state.starts_with('Z') {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{pid} is still there: {stat}");
    }
}

#[tokio::test]
async fn a_command_is_heard_while_it_runs_and_can_be_ended() {
    let world = World::new().unwrap();
    let command = "echo begun\nexec sleep 600\n";
    write(&world, "mine", &step(command));
    let engine = world.engine();
    let run = engine.run_step("mine", yes(command)).await.unwrap();
    let begun = Instant::now();
    while engine.runbook_run(&run.id).await.unwrap().output != "begun\n" {
        assert!(begun.elapsed() < PATIENCE);
        tokio::task::yield_now().await;
    }
    let twice = engine.run_step("mine", yes(command)).await.unwrap_err();
    assert_eq!(twice.code, Code::Busy, "{twice}");
    engine.cancel_activity(&run.id).unwrap();
    let run = over(&world, &run.id).await;
    assert_eq!((run.state, run.output.as_str()), (RunState::Cancelled, "begun\n"));
}

#[tokio::test]
async fn a_kill_in_the_middle_is_known_at_the_next_start() {
    let mut world = World::with_configuration(RULE).unwrap();
    world.pass(Span::from_minutes(1)).await.unwrap();
    push(&world, "north", 50.0).await;
    let command = "exec sleep 600\n";
    write(&world, "mine", &step(command));
    let run = world.engine().run_step("mine", yes(command)).await.unwrap();
    world.clock.advance(Span::from_seconds(5));
    world.crash().await.unwrap();
    let known = world.engine().runbook_run(&run.id).await.unwrap();
    assert_eq!(known.state, RunState::Interrupted, "{known:?}");
    world.round().await.unwrap();
    // The next command settles what a loop would have settled.
    self::run(&world, "true\n").await;
    let alert = run.alert.unwrap();
    let timeline = world.engine().alert(&alert).await.unwrap().timeline;
    let texts: Vec<&str> = timeline.iter().map(|entry| entry.text.as_str()).collect();
    assert!(
        texts.contains(&"Ran step 1 of the runbook mine (Act): interrupted: Caretaker ended meanwhile"),
        "{texts:?}"
    );
}

#[tokio::test]
async fn runbooks_of_the_owner_have_versions_that_can_be_compared_and_put_back() {
    let world = World::new().unwrap();
    let engine = world.engine();
    let begun = engine.new_runbook("order-board").await.unwrap();
    assert_eq!(begun.mistakes, []);
    let path = std::path::PathBuf::from(&begun.path);
    let first = std::fs::read_to_string(&path).unwrap();
    assert_eq!(engine.new_runbook("order-board").await.unwrap_err().code, Code::Usage);
    assert_eq!(engine.new_runbook("../order").await.unwrap_err().code, Code::Usage);
    write(&world, "order-board", "Call Anna.\n");
    engine.runbooks(None).await.unwrap();
    let versions = engine.runbook_versions("order-board").await.unwrap().versions;
    assert_eq!(versions.iter().map(|one| one.version).collect::<Vec<_>>(), [2, 1]);
    let difference = engine.runbook_difference("order-board", 1, 2).await.unwrap();
    assert!(difference.text.contains("+Call Anna.") && difference.text.contains("-## Look"), "{}", difference.text);
    engine.roll_back_runbook("order-board", RollbackRequest { version: 1 }).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
    let versions = engine.runbook_versions("order-board").await.unwrap().versions;
    assert_eq!(versions.len(), 3, "going back is a version too");
    let missing = engine.roll_back_runbook("order-board", RollbackRequest { version: 9 }).await.unwrap_err();
    assert_eq!(missing.code, Code::NotFound);
    // A changed copy of a shipped one takes its place, and can be compared with it.
    let copy = engine.new_runbook("disk-space").await.unwrap();
    assert_eq!(serde_json::to_value(copy.summary.origin).unwrap(), "replaced");
    assert_eq!(engine.runbook_difference("disk-space", 0, 1).await.unwrap().text, "");
}

#[tokio::test]
async fn a_runbook_that_means_harm_is_shown_as_text() {
    let world = World::new().unwrap();
    write(&world, "mine", "<script>alert(1)</script>\n\n## A\n```sh\nls \u{202E}x\n```\n\n## B\n```sh\nls\n");
    let view = world.engine().runbook("mine").await.unwrap();
    assert_eq!(view.summary.commands, 0);
    assert_eq!(view.mistakes.len(), 2, "{:?}", view.mistakes);
    let refused = world.engine().run_step("mine", yes("ls \u{202E}x\n")).await.unwrap_err();
    assert_eq!(refused.code, Code::Usage, "{refused}");
}
