//! The loop: hear the engine, hear the keys, ask again, draw. Waits for whatever comes first and does nothing in between.

use std::pin::Pin;
use std::time::Duration;

use caretaker_api::{Access, Client, HintStream};
use caretaker_core::alert::AlertId;
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
use caretaker_core::view::{AcknowledgeRequest, AlertDetail, AlertView, Hint, SilenceRequest, SilenceView};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use hyper::Method;
use tokio::time::{Instant, sleep_until};

use super::page;
use super::screen::{Input, Screen, inputs};
use super::snapshot::{Range, Snapshot};
use super::state::{Link, Page, State, Wish};
use crate::context::Context;
use crate::request::Address;

/// How often an engine that is not there is looked for.
const LOOK_FOR_ENGINE: Duration = Duration::from_secs(2);
/// How long an engine that went away may take to come back, as after an update.
const GONE: Duration = Duration::from_secs(10);
/// How often what is stored is read again while no engine runs: `caretaker run --once` may add to it.
const READ_STORED: Duration = Duration::from_secs(30);
/// Ages are told to the second.
const TICK: Duration = Duration::from_secs(1);
/// Hints that come together are one reason to look.
const TOGETHER: Duration = Duration::from_millis(50);
/// How long the key `s` mutes.
const SILENCE: Span = Span::from_hours(1);
const REASON: &str = "from the monitor";

/// What was asked for has come.
enum Answer {
    Snapshot(Result<Box<Snapshot>, Problem>),
    Detail(Result<Box<AlertDetail>, Problem>),
    Done(Result<String, Problem>),
    Watching(Result<HintStream, Problem>),
}

type Asked<'c> = Pin<Box<dyn Future<Output = Answer> + 'c>>;

/// Everything that the loop holds.
struct Monitor<'c> {
    context: &'c Context,
    client: Client,
    every: Option<Duration>,
    state: State,
    asked: FuturesUnordered<Asked<'c>>,
    hints: Option<HintStream>,
    /// A snapshot is being asked for.
    asking: bool,
    /// When to ask for the next one.
    due: Option<Instant>,
    /// When to look for an engine that is not there.
    look: Option<Instant>,
}

/// Shows everything until the person leaves. `every` is the longest time between two looks; without it, one follows
/// whatever the engine says.
pub async fn watch(context: &Context, every: Option<Duration>) -> Result<(), Problem> {
    let client = Client::over_socket(context.home()?);
    // Says at once what is wrong with the home or the configuration, while there is still a place to say it.
    let connection = context.connect(Access::Read).await?;
    let attached = connection.is_attached();
    connection.close().await;
    let mut screen = Screen::enter(context.terminal.colours())?;
    let mut keys = inputs()?;
    let mut monitor = Monitor {
        context,
        client,
        every,
        state: State::new(if attached { Link::Engine } else { Link::Alone }),
        asked: FuturesUnordered::new(),
        hints: None,
        asking: false,
        due: Some(Instant::now()),
        look: Some(Instant::now()),
    };
    loop {
        let (width, height) = screen.size();
        let now = Context::now();
        let deepest = page::deepest(&monitor.state, now, width, height);
        monitor.state.scroll_within(deepest);
        screen.draw(&page::screen(&monitor.state, now, width, height))?;
        let tick = if monitor.state.paused { None } else { Some(Instant::now() + TICK) };
        tokio::select! {
            input = keys.recv() => match input {
                Some(Input::Key(key)) => match monitor.state.press(key) {
                    Some(Wish::Leave) => return Ok(()),
                    Some(wish) => monitor.wish(wish),
                    None => {}
                },
                Some(Input::Resized) => {}
                // Nobody can press anything any more.
                None => return Ok(()),
            },
            hint = next(&mut monitor.hints) => monitor.hear(hint),
            Some(answer) = monitor.asked.next() => monitor.take(answer),
            () = at(monitor.due), if !monitor.asking && !monitor.state.paused => monitor.ask(),
            () = at(monitor.look) => monitor.look_for_engine(),
            () = at(tick) => {}
        }
    }
}

impl Monitor<'_> {
    fn wish(&mut self, wish: Wish) {
        match wish {
            Wish::Leave => {}
            Wish::Refresh => self.due = Some(Instant::now()),
            Wish::Show(id) => {
                let (context, attached) = (self.context, self.state.link == Link::Engine);
                let client = self.client.clone();
                self.asked.push(Box::pin(async move {
                    let detail = reading(context, &client, attached, async |client: &Client| show(client, &id).await);
                    Answer::Detail(detail.await.map(Box::new))
                }));
            }
            Wish::Acknowledge(id) => {
                let client = self.client.clone();
                self.asked.push(Box::pin(async move { Answer::Done(acknowledge(&client, &id).await) }));
            }
            Wish::Silence(id) => {
                let client = self.client.clone();
                self.asked.push(Box::pin(async move { Answer::Done(silence(&client, id).await) }));
            }
        }
    }

    /// What the engine says carries no facts: it is a reason to look.
    fn hear(&mut self, hint: Option<Hint>) {
        match hint {
            Some(Hint::Hello | Hint::Round | Hint::Status | Hint::Configuration | Hint::Backups) => {
                let soon = Instant::now() + TOGETHER;
                self.due = Some(self.due.map_or(soon, |due| due.min(soon)));
            }
            Some(Hint::OpenWindow { .. }) => {}
            None => {
                self.hints = None;
                self.lost();
            }
        }
    }

    fn lost(&mut self) {
        if self.state.link == Link::Engine {
            self.state.link = Link::Lost(Context::now());
            self.due = Some(Instant::now() + GONE);
        }
        self.look = Some(Instant::now() + LOOK_FOR_ENGINE);
    }

    fn take(&mut self, answer: Answer) {
        match answer {
            Answer::Snapshot(result) => {
                self.asking = false;
                let again = if self.state.link == Link::Engine { self.every } else { Some(READ_STORED) };
                let again = again.map(|every| Instant::now() + every);
                // A hint that came meanwhile is not forgotten.
                self.due = match (self.due, again) {
                    (Some(due), Some(again)) => Some(due.min(again)),
                    (due, again) => due.or(again),
                };
                match result {
                    Ok(snapshot) => {
                        // A range that was changed meanwhile is asked for already.
                        self.state.take(*snapshot);
                    }
                    Err(problem) => {
                        self.state.message = Some(problem.message);
                        self.due.get_or_insert(Instant::now() + LOOK_FOR_ENGINE);
                    }
                }
            }
            Answer::Detail(Ok(detail)) => self.state.page = Page::Alert(detail, 0),
            Answer::Done(Ok(done)) => {
                self.state.message = Some(done);
                self.due = Some(Instant::now());
                if let Page::Alert(detail, _) = &self.state.page {
                    self.wish(Wish::Show(detail.alert.id.clone()));
                }
            }
            Answer::Detail(Err(problem)) | Answer::Done(Err(problem)) => self.state.message = Some(problem.message),
            Answer::Watching(Ok(hints)) => {
                self.hints = Some(hints);
                self.state.link = Link::Engine;
                self.due = Some(Instant::now());
            }
            Answer::Watching(Err(_)) => self.lost(),
        }
    }

    /// Asks for everything.
    fn ask(&mut self) {
        self.asking = true;
        self.due = None;
        let (context, client, range) = (self.context, self.client.clone(), self.state.range);
        let attached = match self.state.link {
            Link::Engine => true,
            Link::Alone => false,
            // It did not come back in time: what is stored is newer than what it said last.
            Link::Lost(_) => {
                self.state.link = Link::Alone;
                false
            }
        };
        self.asked.push(Box::pin(async move {
            let snapshot = reading(context, &client, attached, async |client: &Client| everything(client, range).await);
            Answer::Snapshot(snapshot.await.map(Box::new))
        }));
    }

    fn look_for_engine(&mut self) {
        self.look = None;
        let client = self.client.clone();
        self.asked.push(Box::pin(async move { Answer::Watching(client.watch(false).await) }));
    }
}

/// Asks the engine that runs, or one that is opened to read what is stored.
async fn reading<T>(
    context: &Context,
    client: &Client,
    attached: bool,
    ask: impl AsyncFnOnce(&Client) -> Result<T, Problem>,
) -> Result<T, Problem> {
    if attached {
        return ask(client).await;
    }
    let connection = context.connect(Access::Read).await?;
    let answer = ask(&connection.client).await;
    connection.close().await;
    answer
}

async fn everything(client: &Client, range: Range) -> Result<Snapshot, Problem> {
    Snapshot::ask(client, range).await
}

async fn show(client: &Client, id: &AlertId) -> Result<AlertDetail, Problem> {
    client.get(Address::new("/alerts").segment(&id.0).as_str()).await
}

async fn acknowledge(client: &Client, id: &AlertId) -> Result<String, Problem> {
    let address = Address::new("/alerts").segment(&id.0).word("acknowledge");
    let alert: AlertView = client.send(Method::POST, address.as_str(), &AcknowledgeRequest::default()).await?;
    Ok(format!("Acknowledged: {}", alert.title))
}

async fn silence(client: &Client, id: AlertId) -> Result<String, Problem> {
    let request =
        SilenceRequest { target: id.0, r#for: SILENCE, reason: REASON.to_owned(), ..SilenceRequest::default() };
    let view: SilenceView = client.send(Method::POST, "/silences", &request).await?;
    Ok(format!("Silenced for {}: {}", SILENCE.in_words(), view.what))
}

/// The next hint; waits for ever where nobody gives any.
async fn next(hints: &mut Option<HintStream>) -> Option<Hint> {
    match hints {
        Some(hints) => hints.next().await,
        None => std::future::pending().await,
    }
}

/// That moment; never, where there is none.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
