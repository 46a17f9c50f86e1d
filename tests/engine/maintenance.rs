//! Maintenance by the engine: a day, a sleep, a kill in the middle of a task, failures, pauses; real programs and folders, only the
//! time is simulated.

use std::path::Path;

use caretaker_core::maintenance::{Asked, RunResult, TaskRun};
use caretaker_core::problem::Code;
use caretaker_core::time::{Clock, Span};
use caretaker_core::view::{
    ActivityResult, ActivityView, Hint, MaintenanceState, PauseMaintenanceRequest, RunTaskRequest, ScheduleTaskRequest,
    TaskState,
};
use caretaker_testkit::World;

struct Scene {
    world: World,
}

impl Scene {
    fn new(more: &str) -> Self {
        let text = format!("[collect]\ninterval = \"5m\"\n\n{more}");
        Self { world: World::with_configuration(&text).unwrap() }
    }

    /// Begins what is due and waits until all of it is over.
    async fn due(&self) {
        let mut hints = self.world.engine().watch();
        self.world.engine().maintenance_due().await.unwrap();
        loop {
            if self.world.engine().activities().unwrap().activities.iter().all(|one| one.state.is_over()) {
                return;
            }
            let _: Hint = hints.recv().await.unwrap();
        }
    }

    async fn pass(&self, span: Span) {
        let until = self.world.clock.moment().awake + span;
        while self.world.clock.moment().awake < until {
            self.world.clock.advance(Span::from_minutes(15));
            self.due().await;
            // One that waited for another begins at the next look.
            self.due().await;
        }
    }

    async fn runs(&self, task: &str) -> Vec<TaskRun> {
        self.world.engine().task_history(Some(task.to_owned()), None).await.unwrap().runs
    }

    async fn run(&self, task: &str, dry_run: bool) -> TaskRun {
        let begun = self.world.engine().run_task(task, RunTaskRequest { dry_run }).unwrap();
        let ended = self.over(begun).await;
        match ended.result {
            Some(ActivityResult::Maintained(run)) => *run,
            other => panic!("{other:?} {:?}", ended.problem),
        }
    }

    async fn over(&self, begun: ActivityView) -> ActivityView {
        let mut hints = self.world.engine().watch();
        loop {
            let view = self.world.engine().activity(&begun.id).unwrap();
            if view.state.is_over() {
                return view;
            }
            let _: Hint = hints.recv().await.unwrap();
        }
    }
}

fn put(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
}

#[tokio::test]
async fn reading_tasks_run_by_themselves_at_their_next_time_and_not_at_once() {
    let scene = Scene::new("");
    scene.world.round().await.unwrap();
    scene.due().await;
    let view = scene.world.engine().maintenance().await.unwrap();
    assert_eq!(view.summary.state, MaintenanceState::Unknown);
    assert!(view.tasks.iter().all(|one| one.last.is_none()), "nothing runs at once");
    assert!(view.tasks.iter().any(|one| one.state == TaskState::NotConfigured && one.why.is_some()));
    scene.pass(Span::from_hours(24)).await;
    for task in ["daily-review", "configuration-check", "daily-report"] {
        let runs = scene.runs(task).await;
        assert_eq!(runs.len(), 1, "{task}: {runs:?}");
        assert_eq!(runs[0].asked, Asked::Schedule);
        assert!(matches!(runs[0].outcome.result, RunResult::Done | RunResult::Attention), "{runs:?}");
    }
    let (review, report) = (&scene.runs("daily-review").await[0], &scene.runs("daily-report").await[0]);
    assert!(report.started >= review.ended.unwrap(), "the report waits for what it is about");
    let whole = scene.world.engine().task_run(report.id).await.unwrap();
    assert!(whole.outcome.output.contains("Resources and activity of the day"), "{}", whole.outcome.output);
    // What changes something, and what needs what is not there, did not run.
    for task in ["temporary-files", "log-rotation", "services-answer", "vulnerabilities"] {
        assert!(scene.runs(task).await.is_empty(), "{task}");
    }
    scene.world.round().await.unwrap();
    let status = scene.world.status().await.unwrap();
    assert!(status.maintenance.tasks > 10, "{:?}", status.maintenance);
}

#[tokio::test]
async fn a_week_asleep_is_made_up_for_once_and_not_in_the_first_moment() {
    let scene = Scene::new("");
    scene.due().await;
    scene.world.clock.sleep_machine(Span::from_days(7));
    scene.due().await;
    assert!(scene.runs("daily-review").await.is_empty() && scene.runs("weekly-review").await.is_empty());
    scene.pass(Span::from_minutes(45)).await;
    // The larger review stands for the smaller one.
    assert_eq!((scene.runs("weekly-review").await.len(), scene.runs("daily-review").await.len()), (1, 0));
    let checked = scene.runs("configuration-check").await;
    assert_eq!((checked.len(), checked[0].missed), (1, 6));
    scene.pass(Span::from_hours(1)).await;
    assert_eq!(scene.runs("configuration-check").await.len(), 1, "never twice");
}

const SLOW: &str =
    "[[task]]\nid = \"slow\"\nkind = \"command\"\ncommand = [\"sleep\", \"60\"]\nevery = \"daily 09:00\"\n";

#[tokio::test]
async fn a_kill_in_the_middle_of_a_task_is_marked_and_its_policy_decides() {
    for (policy, again) in [("again", true), ("leave", false)] {
        let mut scene = Scene::new(&format!("{SLOW}interrupted = \"{policy}\"\n"));
        scene.due().await;
        scene.world.clock.advance(Span::from_hours(1));
        let mut hints = scene.world.engine().watch();
        scene.world.engine().maintenance_due().await.unwrap();
        while !scene.runs("slow").await.iter().any(|run| run.ended.is_none()) {
            let _: Hint = hints.recv().await.unwrap();
        }
        scene.world.crash().await.unwrap();
        let mended = SLOW.replace("\"sleep\", \"60\"", "\"true\"");
        scene.world.configure(&format!("{mended}interrupted = \"{policy}\"\n")).unwrap();
        scene.world.engine().reload().await.unwrap();
        scene.world.clock.advance(Span::from_minutes(1));
        scene.due().await;
        let runs = scene.runs("slow").await;
        assert_eq!(runs.len(), 1, "{policy}: it is not begun again at once");
        assert_eq!(runs[0].outcome.result, RunResult::Interrupted, "{policy}");
        scene.pass(Span::from_minutes(45)).await;
        let runs = scene.runs("slow").await;
        let done = runs.iter().filter(|run| run.outcome.result == RunResult::Done).count();
        assert_eq!(done, usize::from(again), "{policy}: {runs:?}");
        scene.pass(Span::from_hours(3)).await;
        assert_eq!(scene.runs("slow").await.len(), runs.len(), "{policy}: once is enough");
    }
}

#[tokio::test]
async fn a_task_that_fails_is_tried_again_and_then_an_alert_says_so() {
    let text =
        "[[task]]\nid = \"step\"\nkind = \"command\"\ncommand = [\"false\"]\nevery = \"daily 09:00\"\nretries = 1\n";
    let scene = Scene::new(text);
    scene.due().await;
    scene.world.clock.advance(Span::from_hours(1));
    scene.due().await;
    scene.world.round().await.unwrap();
    assert_eq!(scene.runs("step").await.len(), 1);
    assert!(scene.world.told().is_empty(), "it will be tried again");
    scene.world.clock.advance(Span::from_minutes(10));
    scene.due().await;
    let runs = scene.runs("step").await;
    assert_eq!((runs.len(), runs[0].tries), (2, 1));
    scene.world.pass(Span::from_minutes(10)).await.unwrap();
    assert_eq!(scene.world.told(), ["raise warning"]);
    let status = scene.world.status().await.unwrap();
    assert_eq!(status.alerts.iter().map(|alert| alert.rule.as_str()).collect::<Vec<_>>(), ["task-failed"]);
    assert_eq!(status.maintenance.state, MaintenanceState::Failed);
    scene.pass(Span::from_hours(2)).await;
    assert_eq!(scene.runs("step").await.len(), 2, "no more tries for this time");
    // Mended, and run by hand, it is well.
    scene.world.configure(&format!("[collect]\ninterval = \"5m\"\n{}", text.replace("\"false\"", "\"true\""))).unwrap();
    scene.world.engine().reload().await.unwrap();
    assert_eq!(scene.run("step", false).await.outcome.result, RunResult::Done);
    scene.world.pass(Span::from_minutes(15)).await.unwrap();
    assert!(scene.world.status().await.unwrap().alerts.is_empty());
}

#[tokio::test]
async fn a_program_gets_no_shell_no_secrets_and_ends_with_everything_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("outlived");
    let line = format!("(sleep 3; touch {}) & echo begun; wait", mark.display());
    let text = format!(
        "[[task]]\nid = \"words\"\nkind = \"command\"\ncommand = [\"echo\", \"a; rm -r $HOME\", \"$(id)\"]\n\
         [[task]]\nid = \"line\"\nkind = \"command\"\nshell = \"echo one; echo two >&2; exit 3\"\n\
         [[task]]\nid = \"forks\"\nkind = \"command\"\nshell = '{line}'\ntimeout = \"1s\"\n\
         [[task]]\nid = \"env\"\nkind = \"command\"\ncommand = [\"env\"]\n"
    );
    let scene = Scene::new(&text);
    let words = scene.run("words", false).await;
    assert_eq!(words.outcome.output, "a; rm -r $HOME $(id)\n");
    let failed = scene.run("line", false).await;
    assert_eq!(failed.outcome.result, RunResult::Failed);
    assert!(failed.outcome.output.contains("one") && failed.outcome.output.contains("two"), "{failed:?}");
    let forks = scene.run("forks", false).await;
    assert_eq!(forks.outcome.result, RunResult::TimedOut, "{forks:?}");
    let env = scene.run("env", false).await;
    assert!(!env.outcome.output.contains("CARGO"), "{}", env.outcome.output);
    let dry = scene.run("line", true).await;
    assert!(dry.outcome.sentence.contains("It would run") && dry.outcome.output.is_empty(), "{dry:?}");
    assert!(!mark.exists());
}

#[tokio::test]
async fn clean_up_shows_what_would_go_and_refuses_what_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    put(&root.join("cache/a.tmp"));
    put(&root.join("cache/b.txt"));
    let text = format!(
        "[[task]]\nid = \"temporary-files\"\nfolders = [\"{0}/cache\"]\nnames = [\"*.tmp\"]\nolder_than = \"1h\"\n\
         [[task]]\nid = \"worst\"\nkind = \"cleanup\"\nfolders = [\"/\", \"/etc\", \"{0}/gone\"]\nremove = \"delete\"\n",
        root.display()
    );
    let scene = Scene::new(&text);
    // The files are younger than the simulated machine: its time is brought past theirs.
    let now = caretaker_platform::clock::SystemClock::new().moment().wall;
    let ahead = now.since(scene.world.clock.moment().wall) + Span::from_hours(2);
    scene.world.clock.step(ahead);
    let dry = scene.run("temporary-files", true).await;
    assert!(dry.outcome.output.contains("a.tmp") && !dry.outcome.output.contains("b.txt"), "{dry:?}");
    assert!(root.join("cache/a.tmp").exists(), "a dry run changes nothing");
    let done = scene.run("temporary-files", false).await;
    assert_eq!(done.outcome.result, RunResult::Done, "{done:?}");
    assert!(!root.join("cache/a.tmp").exists() && root.join("cache/trash/a.tmp").exists());
    let worst = scene.run("worst", false).await;
    assert_eq!((worst.outcome.result, worst.outcome.findings.len()), (RunResult::Failed, 3), "{worst:?}");
}

#[tokio::test]
async fn a_pause_holds_everything_back_and_a_chosen_time_runs_once() {
    let scene = Scene::new("");
    let engine = scene.world.engine();
    scene.due().await;
    let pause = |length: &str| PauseMaintenanceRequest { r#for: length.to_owned() };
    let view = engine.pause_maintenance(pause("23h")).await.unwrap();
    assert!(view.summary.paused_until.is_some());
    let at = engine.clock().moment().wall + Span::from_hours(2);
    let wanted = ScheduleTaskRequest { at: Some(at), ..ScheduleTaskRequest::default() };
    engine.schedule_task("history-terms", wanted).await.unwrap();
    scene.pass(Span::from_hours(22)).await;
    assert!(scene.runs("configuration-check").await.is_empty() && scene.runs("history-terms").await.is_empty());
    engine.pause_maintenance(pause("off")).await.unwrap();
    scene.pass(Span::from_hours(1)).await;
    assert_eq!((scene.runs("configuration-check").await.len(), scene.runs("history-terms").await.len()), (1, 1));
    scene.pass(Span::from_hours(3)).await;
    assert_eq!(scene.runs("history-terms").await.len(), 1);
    // A schedule that is changed is in the file, and one that nobody can read is refused.
    let wanted = ScheduleTaskRequest { every: Some("every 6h".to_owned()), ..ScheduleTaskRequest::default() };
    let view = engine.schedule_task("history-terms", wanted).await.unwrap();
    let task = view.tasks.iter().find(|one| one.task.id == "history-terms").unwrap();
    assert_eq!(task.task.every.to_string(), "every 6h");
    let wanted = ScheduleTaskRequest { every: Some("someday".to_owned()), ..ScheduleTaskRequest::default() };
    assert_eq!(engine.schedule_task("history-terms", wanted).await.unwrap_err().code, Code::InvalidConfiguration);
    assert_eq!(engine.run_task("nothing", RunTaskRequest::default()).unwrap_err().code, Code::NotFound);
}
