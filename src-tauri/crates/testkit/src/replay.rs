//! A small HTTP server that plays what a test wrote down, path by path, over a real socket; also badly, as servers do.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What a path gets.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A whole answer.
    Whole(u16, String),
    /// The head promises the whole text, but only so many bytes of it come.
    CutOff(String, usize),
    /// So many bytes that nobody should read them all.
    Endless,
    /// No HTTP.
    Garbage,
    /// Nothing, until the one who asked gives up.
    Silence,
}

#[derive(Default)]
struct State {
    replies: BTreeMap<String, Reply>,
    asked: Vec<String>,
    over: bool,
}

/// Runs until it is dropped.
pub struct ReplayServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

impl ReplayServer {
    /// One on a free port, without a single answer.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let accept = move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if lock(&shared).over {
                    return;
                }
                let shared = Arc::clone(&shared);
                // Each ends with its connection.
                drop(std::thread::spawn(move || answer(stream, &shared)));
            }
        };
        let thread = std::thread::Builder::new().name("replay".to_owned()).spawn(accept)?;
        Ok(Self { address, state, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a path gets from now on; all others get 404.
    pub fn reply(&self, path: &str, reply: Reply) -> &Self {
        lock(&self.state).replies.insert(path.to_owned(), reply);
        self
    }

    /// A path that gets a text with status 200.
    pub fn plays(&self, path: &str, text: &str) -> &Self {
        self.reply(path, Reply::Whole(200, text.to_owned()))
    }

    /// First lines of all requests so far: `GET /api/ps`. They are forgotten.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.state).asked)
    }
}

impl Drop for ReplayServer {
    fn drop(&mut self) {
        lock(&self.state).over = true;
        // Wakes the thread that waits for the next connection.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers one request. That the one who asked is gone is no matter.
fn answer(mut stream: TcpStream, state: &Mutex<State>) {
    let Ok(reading) = stream.try_clone() else { return };
    let mut reading = BufReader::new(reading);
    let mut first = String::new();
    if reading.read_line(&mut first).is_err() || first.is_empty() {
        return;
    }
    let mut line = String::new();
    while reading.read_line(&mut line).is_ok_and(|length| length > 2) {
        line.clear();
    }
    let mut words = first.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let reply = {
        let mut state = lock(state);
        state.asked.push(format!("{method} {path}"));
        state.replies.get(path).cloned().unwrap_or(Reply::Whole(404, "{\"error\":\"not found\"}".to_owned()))
    };
    let head = |status: u16, length: usize| {
        format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")
    };
    let sent = match reply {
        Reply::Whole(status, text) => write!(stream, "{}{text}", head(status, text.len())),
        Reply::CutOff(text, kept) => {
            write!(stream, "{}{}", head(200, text.len()), text.get(..kept).unwrap_or_default())
        }
        Reply::Endless => endless(&mut stream),
        Reply::Garbage => stream.write_all(b"\0\xffnothing that anybody speaks\r\n\r\n"),
        Reply::Silence => reading.read_line(&mut line).map(drop),
    };
    drop(sent);
}

fn endless(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[")?;
    loop {
        stream.write_all(&[b' '; 8 * 1024])?;
    }
}
