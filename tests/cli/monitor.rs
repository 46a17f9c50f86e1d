//! `monitor` on a real terminal: a pseudo-terminal of the test's own, keys as bytes, the screen as a terminal shows it.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::process::{Child, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::world::World;

const ALARMING: &str = "[collect]\ninterval = \"5s\"\n\n[[rule]]\nid = \"up\"\ntitle = \"Machine is up\"\n\
    metric = \"host.uptime\"\nfor = \"0s\"\nwarning = { above = 1 }\n";

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A terminal with the monitor on it.
struct Stage {
    child: Child,
    keys: File,
    /// The other end, kept open so that its settings can be looked at when the program is gone.
    slave: File,
    screen: Arc<Mutex<vt100::Parser>>,
    changed: Arc<Condvar>,
}

impl Stage {
    fn open(world: &World, words: &[&str], columns: u16, rows: u16) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let slave = File::options().read(true).write(true).open(name).unwrap();
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&slave, size).unwrap();
        let end = || Stdio::from(slave.try_clone().unwrap());
        let mut command = world.command(words);
        command.env("TERM", "xterm-256color").stdin(end()).stdout(end()).stderr(end());
        let child = command.spawn().unwrap();
        let keys = File::from(master);
        let mut output = keys.try_clone().unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(rows), cells(columns), 0)));
        let changed = Arc::new(Condvar::new());
        let (shown, tell) = (Arc::clone(&screen), Arc::clone(&changed));
        std::thread::spawn(move || {
            let mut bytes = [0; 4_096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                shown.lock().unwrap().process(&bytes[..count]);
                tell.notify_all();
            }
        });
        Self { child, keys, slave, screen, changed }
    }

    fn shown(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    fn coloured(&self) -> bool {
        let screen = self.screen.lock().unwrap();
        let (rows, columns) = screen.screen().size();
        let (rows, columns) = (rows.get(), columns.get());
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        cells
            .filter_map(|(row, column)| screen.screen().cell(row, column))
            .any(|cell| cell.fgcolor() != vt100::Color::Default)
    }

    fn wait_for(&self, words: &str) {
        self.wait_until(words, |screen| screen.contents().contains(words));
    }

    fn wait_until(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        let held = self.screen.lock().unwrap();
        let waited = self.changed.wait_timeout_while(held, PATIENCE, |parser| !is_so(parser.screen())).unwrap();
        assert!(!waited.1.timed_out(), "waited too long for `{what}`:\n{}", waited.0.screen().contents());
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// The exit code; the terminal must be as it was before.
    fn ends(&mut self) -> i32 {
        let code = self.child.wait().unwrap().code().unwrap();
        let modes = tcgetattr(&self.slave).unwrap().local_modes;
        assert!(modes.contains(LocalModes::ICANON | LocalModes::ECHO), "lines are lines again: {modes:?}");
        self.wait_until("the usual screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
        code
    }
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap()
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn alerts_are_chosen_shown_taken_on_and_silenced_with_keys() {
    let world = World::configured(ALARMING);
    let _engine = world.start(&["run"]);
    let mut stage = Stage::open(&world, &["monitor"], 100, 30);
    stage.wait_for("1 thing needs you");
    stage.wait_for("› ▲ warning");
    stage.wait_for("Processes");
    assert!(stage.coloured(), "{}", stage.shown());
    stage.press("\r");
    // The last row is drawn last.
    stage.wait_until("the alert and its keys", |screen| {
        let shown = screen.contents();
        shown.contains("When it was raised") && !shown.contains("↑↓ choose")
    });
    stage.press("\u{1b}");
    // Escape and a letter at once would be another key: Alt with the letter.
    stage.wait_for("↑↓ choose");
    stage.press("a");
    stage.wait_for("Acknowledged: Machine is up");
    stage.press("s");
    stage.wait_for("Silence “Machine is up” for 1 h?");
    stage.press("y");
    stage.wait_for("Silenced for 1 h");
    stage.wait_for("All is well");
    stage.wait_for("(silenced)");
    let list: serde_json::Value = world.read(&["alerts", "list", "--json"]);
    assert_eq!(list["silences"][0]["reason"], "from the monitor");
    assert!(list["alerts"][0]["acknowledged"].is_object(), "{list}");
    stage.press("?");
    stage.wait_for("acknowledge: you have taken it on");
    stage.press("q");
    assert_eq!(stage.ends(), 0);
}

#[test]
fn the_size_follows_the_terminal_and_colours_are_left_out_when_asked() {
    let world = World::new();
    let _engine = world.start(&["run"]);
    world.wait_for_samples();
    let stage = Stage::open(&world, &["monitor", "--no-color"], 100, 30);
    stage.wait_for("Processes");
    assert!(!stage.coloured());
    stage.screen.lock().unwrap().screen_mut().set_size(cells(20), cells(60));
    tcsetwinsize(&stage.slave, Winsize { ws_row: 20, ws_col: 60, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    stage.signal(Signal::WINCH);
    stage.wait_until("the keys on the last row", |screen| {
        screen.contents().lines().nth(19).is_some_and(|line| line.starts_with("q leave  ? help"))
    });
}

#[test]
fn an_engine_that_goes_is_missed_in_words_and_found_again() {
    let world = World::new();
    let engine = world.start(&["run"]);
    world.wait_for_samples();
    let mut stage = Stage::open(&world, &["monitor"], 100, 30);
    stage.wait_for("a round every 30 s");
    engine.signal(Signal::TERM);
    engine.end();
    stage.wait_for("The engine does not answer");
    stage.press("a");
    stage.wait_for("No engine runs, so nothing can be changed here.");
    let _again = world.start(&["run"]);
    stage.wait_for("a round every 30 s");
    stage.press("\u{3}");
    assert_eq!(stage.ends(), 0);
}

#[test]
fn without_an_engine_what_is_stored_is_shown() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let mut stage = Stage::open(&world, &["monitor"], 110, 30);
    stage.wait_for("No engine runs: this was measured");
    stage.wait_for("Processes");
    stage.signal(Signal::TERM);
    assert_eq!(stage.ends(), 130, "ended from outside, with the terminal given back");
}

#[test]
fn one_frame_is_plain_text_and_one_document_is_the_status() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let said = world.run(&["monitor", "--once"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    assert!(said.out.contains("Memory") && said.out.contains("Caretaker") && !said.out.contains('\u{1b}'), "{said:?}");
    assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{said:?}");
    let status: serde_json::Value = world.read(&["monitor", "--once", "--json"]);
    assert_eq!(status["state"], "ok");
    let usage = world.run(&["monitor"]);
    assert_eq!(usage.code, 2);
    assert!(usage.err.contains("stdout is none") && usage.err.contains("--once"), "{usage:?}");
}

#[test]
fn a_home_that_was_never_used_is_no_failure() {
    let world = World::new();
    let said = world.run(&["monitor", "--once"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("Nothing measured yet"), "{said:?}");
    assert!(!world.home().exists());
}
