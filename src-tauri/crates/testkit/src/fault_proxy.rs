//! Stands before a server and does what networks and servers do on bad days. It forwards one request after the other, each on a connection
//! of its own, and remembers what was asked.

use std::io::{Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::object_store::find;

/// What goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Connections end at once.
    Down,
    /// Of what is sent from now on, so many bytes get through; then connections end.
    CutAfter(u64),
    /// So many requests get through; the others wait until this is over.
    HoldAfter(u32),
    /// Every request is answered with this status.
    Answer(u16),
    /// The first byte of each body that is read is another one, marks of destinations and lists aside.
    Spoil,
}

#[derive(Default)]
struct State {
    fault: Fault,
    asked: Vec<(String, String)>,
    answered: u64,
    /// Requests whose path has this wait.
    held: Option<String>,
    holding: u32,
}

/// The proxy. It ends with the process.
#[derive(Clone)]
pub struct FaultProxy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl FaultProxy {
    /// Before this server.
    pub fn before(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let proxy = Self { address: listener.local_addr()?, state: Arc::default() };
        let listening = proxy.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let proxy = listening.clone();
                std::thread::spawn(move || drop(proxy.serve(stream, server)));
            }
        });
        Ok(proxy)
    }

    /// For `endpoint`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong from now on.
    pub fn set(&self, fault: Fault) {
        let mut state = self.lock();
        state.fault = fault;
        state.held = None;
    }

    /// Requests whose path has this wait until something is set.
    pub fn hold_at(&self, part: &str) {
        self.lock().held = Some(part.to_owned());
    }

    /// Whether a request waits.
    pub fn is_holding(&self) -> bool {
        self.lock().holding > 0
    }

    /// What was asked since this was asked last: method and path with its query.
    pub fn asked(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.lock().asked)
    }

    /// Bytes of all answers since this was asked last.
    pub fn answered(&self) -> u64 {
        std::mem::take(&mut self.lock().answered)
    }

    /// Whether a request has to wait.
    fn holds(&self, path: &str) -> bool {
        let mut state = self.lock();
        if state.held.as_ref().is_some_and(|part| path.contains(part)) {
            return true;
        }
        match &mut state.fault {
            Fault::HoldAfter(0) => true,
            Fault::HoldAfter(left) => {
                *left -= 1;
                false
            }
            Fault::None | Fault::Down | Fault::CutAfter(_) | Fault::Answer(_) | Fault::Spoil => false,
        }
    }

    fn wait_for_turn(&self, path: &str) {
        if !self.holds(path) {
            return;
        }
        self.lock().holding += 1;
        while self.holds(path) {
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
        self.lock().holding -= 1;
    }

    /// How many of the bytes may pass.
    fn allowed(&self, bytes: usize) -> usize {
        let mut state = self.lock();
        match &mut state.fault {
            Fault::CutAfter(left) => {
                let passes = (*left).min(bytes as u64);
                *left -= passes;
                usize::try_from(passes).unwrap_or(bytes)
            }
            Fault::Down => 0,
            Fault::None | Fault::Answer(_) | Fault::Spoil | Fault::HoldAfter(_) => bytes,
        }
    }

    fn serve(&self, mut client: TcpStream, server: SocketAddr) -> Result<()> {
        let mut request = Vec::new();
        let mut buffer = vec![0; 64 << 10];
        let end = loop {
            let got = client.read(&mut buffer)?;
            if got == 0 || self.lock().fault == Fault::Down {
                return Ok(());
            }
            request.extend_from_slice(buffer.get(..got).unwrap_or_default());
            if let Some(end) = find(&request, b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = String::from_utf8_lossy(request.get(..end).unwrap_or_default()).into_owned();
        let mut words = head.split(' ');
        let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
        let length: usize = head
            .lines()
            .find_map(|line| {
                line.to_lowercase().strip_prefix("content-length:").and_then(|text| text.trim().parse().ok())
            })
            .unwrap_or(0);
        while request.len() < end + length {
            let got = client.read(&mut buffer)?;
            if got == 0 {
                return Ok(());
            }
            request.extend_from_slice(buffer.get(..got).unwrap_or_default());
        }
        self.wait_for_turn(&path);
        let fault = {
            let mut state = self.lock();
            state.asked.push((method.clone(), path.clone()));
            state.fault
        };
        if let Fault::Answer(status) = fault {
            let head = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return client.write_all(head.as_bytes());
        }
        let mut upstream = TcpStream::connect(server)?;
        let closing = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        let whole = [closing.as_bytes(), request.get(end..).unwrap_or_default()].concat();
        let passes = self.allowed(whole.len());
        upstream.write_all(whole.get(..passes).unwrap_or_default())?;
        if passes < whole.len() {
            return Ok(());
        }
        let mut answer = Vec::new();
        upstream.read_to_end(&mut answer)?;
        if fault == Fault::Spoil
            && method == "GET"
            && ![".caretaker-destination", "list-type"].iter().any(|part| path.contains(part))
            && let Some(at) = find(&answer, b"\r\n\r\n")
            && let Some(byte) = answer.get_mut(at + 4)
        {
            *byte ^= 0x20;
        }
        self.lock().answered += answer.len() as u64;
        client.write_all(&answer)
    }
}
