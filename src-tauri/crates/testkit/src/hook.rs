//! A server of somebody else's that a channel sends to: it remembers what it was told and answers as a test wishes, over
//! plain HTTP or over TLS with an authority of its own.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a server was sent.
#[derive(Clone, Debug)]
pub struct Received {
    /// `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub body: String,
}

impl Received {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// A header; empty if it was not sent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// How a server answers.
#[derive(Clone, Debug)]
pub enum HookAnswer {
    /// A status, further headers as lines, and a text.
    Status(u16, &'static str, &'static str),
    /// Not at all, until the test ends.
    Hang,
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    answers: VecDeque<HookAnswer>,
    usual: Option<HookAnswer>,
    over: bool,
}

type Shared = Arc<(Mutex<State>, Condvar)>;

/// The server; ends with the value.
pub struct HookServer {
    address: SocketAddr,
    state: Shared,
    thread: Option<JoinHandle<()>>,
}

impl HookServer {
    /// Plain HTTP on a free port.
    pub fn start() -> std::io::Result<Self> {
        Self::serve(answer)
    }

    /// TLS as `localhost`, and the certificate of its authority as PEM.
    pub fn start_tls() -> std::io::Result<(Self, String)> {
        let (config, authority) = certified().map_err(std::io::Error::other)?;
        let server = Self::serve(move |stream, state| {
            if let Ok(session) = ServerConnection::new(Arc::clone(&config)) {
                answer(StreamOwned::new(session, stream), state);
            }
        })?;
        Ok((server, authority))
    }

    fn serve(speak: impl Fn(TcpStream, &Shared) + Clone + Send + 'static) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, state) = (listener.local_addr()?, Shared::default());
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if lock(&shared).over {
                    return;
                }
                let (speak, state) = (speak.clone(), Arc::clone(&shared));
                std::thread::spawn(move || speak(stream, &state));
            }
        });
        Ok(Self { address, state, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of a path on it, by name.
    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.address.port())
    }

    /// The next answer, after those that were told before.
    pub fn then(&self, answer: HookAnswer) -> &Self {
        lock(&self.state).answers.push_back(answer);
        self
    }

    /// The answer when nothing else was told; 200 at the start.
    pub fn always(&self, answer: HookAnswer) -> &Self {
        lock(&self.state).usual = Some(answer);
        self
    }

    /// Everything that it was sent, in order.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.state).received.clone()
    }
}

impl Drop for HookServer {
    fn drop(&mut self) {
        lock(&self.state).over = true;
        self.state.1.notify_all();
        // Wakes whoever waits for the next connection.
        drop(TcpStream::connect(self.address));
        // Afterwards nobody listens there any more.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn lock(state: &Shared) -> MutexGuard<'_, State> {
    state.0.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(stream: impl Read + Write, state: &Shared) {
    let mut reader = BufReader::new(stream);
    let Some(received) = read(&mut reader) else { return };
    let mut held = lock(state);
    held.received.push(received);
    let usual = held.usual.clone().unwrap_or(HookAnswer::Status(200, "", "ok"));
    match held.answers.pop_front().unwrap_or(usual) {
        HookAnswer::Hang => {
            let waited = state.1.wait_while(held, |state| !state.over);
            drop(waited);
        }
        HookAnswer::Status(status, headers, text) => {
            drop(held);
            let headers: String = headers.lines().flat_map(|line| [line.trim(), "\r\n"]).collect();
            let head =
                format!("HTTP/1.1 {status} \r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", text.len());
            let mut stream = reader.into_inner();
            // Who asked may be gone.
            let _ = stream.write_all(format!("{head}{text}").as_bytes());
            let _ = stream.flush();
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

/// A server's certificate for `localhost`, vouched for by an authority that nobody knows.
fn certified() -> Result<(Arc<ServerConfig>, String), Box<dyn std::error::Error + Send + Sync>> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = authority.self_signed(&authority_key)?.pem();
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])?
        .signed_by(&key, &Issuer::new(authority, authority_key))?;
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)?;
    Ok((Arc::new(config), pem))
}
