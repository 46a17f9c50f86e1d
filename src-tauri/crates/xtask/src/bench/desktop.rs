//! The tray app on a screen and bus of our own: how soon its icon and its window are there, and what memory all its
//! processes together hold before and after a window.
//!
//! The first GTK program on a screen loads all of OpenGL to choose its visuals and leaves the choice on the root window
//! (`GDK_VISUALS`), where later ones find it. So the first window is a row of its own, and the others are what a person
//! sees whose desktop has had a GTK program before.

use std::rc::Rc;
use std::time::{Duration, Instant};

use caretaker_core::view::{OpenWindowRequest, OpenWindowView};
use caretaker_testkit::desktop::{PrivateBus, TrayHost};
use hyper::Method;

use super::Outcome;
use super::options::Options;
use super::process::{Memory, name, tree};
use super::programs::{Place, Running, installed, until};
use super::report::Row;
use super::screen::Screen;
use super::times::{Times, milliseconds};

const NEEDED: [&str; 2] = ["Xvfb", "dbus-daemon"];
const WEB_PROCESSES: &str = "WebKit";
const TRAY_LIMIT: f64 = 300.0;
const COLD_LIMIT: f64 = 400.0;
const WARM_LIMIT: f64 = 150.0;
/// When the targets say that a window's memory is gone; a quick run does not shorten it.
const AFTER_CLOSING: Duration = Duration::from_secs(60);

/// The app, and everything that it stands on.
struct Session {
    screen: Rc<Screen>,
    place: Place,
    app: Running,
    started: Duration,
    _host: Rc<TrayHost>,
    _bus: PrivateBus,
}

/// Rows about the icon, the window and memory.
pub async fn rows(options: &Options) -> Outcome<Vec<Row>> {
    if let Some(missing) = NEEDED.iter().find(|program| !installed(program)) {
        return Err(format!("`{missing}` is not installed").into());
    }
    let screen = Rc::new(Screen::start()?);
    let idle = Duration::from_secs(options.choose(60, 15));
    let first = Session::start(options, &screen).await?;
    let mut rows = first.open("first GTK program on the screen", None).await?.0;
    first.app.stop().await?;
    let mut starts = Times::default();
    for _ in 1..options.choose(10, 4) {
        let session = Session::start(options, &screen).await?;
        starts.note(session.started, Duration::ZERO);
        session.app.stop().await?;
    }
    let session = Session::start(options, &screen).await?;
    starts.note(session.started, Duration::ZERO);
    rows.insert(0, Row::at_most("Tray app, start to icon", starts.wall(0.5), TRAY_LIMIT, "ms", starts.in_words()));
    tokio::time::sleep(idle).await;
    rows.extend(memory("Tray app before a window", &session.app, 60.0, 25.0));
    match session.windows().await {
        Ok(window_rows) => rows.extend(window_rows),
        Err(why) => rows.push(Row::not_measured("Window of the tray app", why)),
    }
    session.app.stop().await?;
    Ok(rows)
}

impl Session {
    async fn start(options: &Options, screen: &Rc<Screen>) -> Outcome<Self> {
        let (bus, place) = (PrivateBus::start(), Place::new(options)?);
        let host = Rc::new(TrayHost::start(&bus).await);
        let mut command = place.command("caretaker-app")?;
        let (variable, address) = bus.environment();
        command.arg("--hidden").env(variable, address).env("DISPLAY", &screen.display).envs([
            ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
            ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1"),
            ("LIBGL_ALWAYS_SOFTWARE", "1"),
            ("GDK_BACKEND", "x11"),
            ("NO_AT_BRIDGE", "1"),
        ]);
        let begun = Instant::now();
        let app = Running(command.spawn()?);
        // In a task of its own, because a host that waits in vain panics, as tests want it to.
        let waiting = Rc::clone(&host);
        tokio::task::spawn_local(async move { waiting.item().await })
            .await
            .map_err(|_| "no tray icon appeared within 10 s")?;
        let started = begun.elapsed();
        place.answers().await?;
        Ok(Self { screen: Rc::clone(screen), place, app, started, _host: host, _bus: bus })
    }

    /// Opens the window, closes it, opens it again at once, closes it, looks at what stays, opens it again.
    async fn windows(&self) -> Outcome<Vec<Row>> {
        let (mut rows, window) = self.open("cold", Some(COLD_LIMIT)).await?;
        if let Some(memory) = Memory::of_tree(self.app.pid()) {
            let (proportional, dirty) = memory.megabytes();
            let words =
                format!("{proportional:.1} MB PSS, {dirty:.1} MB private dirty in {} processes", memory.processes);
            rows.push(Row::information("Tray app with its window open", words));
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.close(window).await?;
        let (again, window) = self.open("warm: again while the closed one is kept", Some(WARM_LIMIT)).await?;
        rows.extend(again);
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.close(window).await?;
        tokio::time::sleep(AFTER_CLOSING).await;
        let label = format!("Tray app {} s after a window was closed", AFTER_CLOSING.as_secs());
        rows.extend(memory(&label, &self.app, 80.0, 40.0));
        let left = tree(self.app.pid()).into_iter().filter(|pid| name(*pid).starts_with(WEB_PROCESSES)).count();
        rows.push(Row::at_most(format!("{label}: processes of WebKit left"), left as f64, 0.0, "", left.to_string()));
        rows.extend(self.open("again, after the old window was destroyed", Some(COLD_LIMIT)).await?.0);
        Ok(rows)
    }

    async fn close(&self, window: u32) -> Outcome<()> {
        self.screen.close(window)?;
        until("the window to go", async || self.screen.window().ok().filter(Option::is_none)).await.map(drop)
    }

    /// The window is only shown when its page says that it has painted.
    async fn open(&self, how: &str, limit: Option<f64>) -> Outcome<(Vec<Row>, u32)> {
        let client = self.place.client()?;
        let request = OpenWindowRequest { route: "overview".to_owned() };
        let begun = Instant::now();
        let answer: OpenWindowView = client.send(Method::POST, "/window", &request).await?;
        if !answer.opened {
            return Err("the engine knows no tray app".into());
        }
        let window = until("a visible window", async || self.screen.window().ok().flatten()).await?;
        let visible = milliseconds(begun.elapsed());
        until("a painted window", async || self.screen.is_painted(window).ok().filter(|painted| *painted)).await?;
        let painted = milliseconds(begun.elapsed());
        let words = format!("{painted:.0} ms; visible after {visible:.0} ms; once");
        let figure = format!("Window asked for to page painted, {how}");
        let row = match limit {
            Some(limit) => Row::at_most(figure, painted, limit, "ms", words),
            None => Row::information(figure, words),
        };
        Ok((vec![row], window))
    }
}

fn memory(label: &str, app: &Running, proportional_limit: f64, dirty_limit: f64) -> Vec<Row> {
    let Some(memory) = Memory::of_tree(app.pid()) else {
        return vec![Row::not_measured(label, "the app has ended")];
    };
    let (proportional, dirty) = memory.megabytes();
    let alone = Memory::of(&[app.pid()]).unwrap_or_default().megabytes();
    let words = |value: f64, alone: f64| match memory.processes {
        1 => format!("{value:.1} MB"),
        several => format!("{value:.1} MB in {several} processes, of which {alone:.1} MB in the app itself"),
    };
    vec![
        Row::at_most(format!("{label}, PSS"), proportional, proportional_limit, "MB", words(proportional, alone.0)),
        Row::at_most(format!("{label}, private dirty"), dirty, dirty_limit, "MB", words(dirty, alone.1)),
    ]
}
