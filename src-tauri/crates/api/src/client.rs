//! The client of every door: the same calls over the engine's socket or on a router in this process.

use std::pin::Pin;

use axum::body::{Body, Bytes};
use axum::{Extension, Router};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::Hint;
use caretaker_platform::home::Home;
use caretaker_platform::socket;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::{Method, Request, Response, header};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

use crate::answer::ErrorBody;
use crate::grants::Grants;
use crate::router::PREFIX;

/// Hints as they come; ends when the engine does.
pub type HintStream = Pin<Box<dyn Stream<Item = Hint> + Send>>;

/// No answer of ours is larger.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

#[derive(Clone)]
enum Way {
    InProcess(Router),
    Socket(Home),
}

/// Calls routes. Cheap to clone; every call over the socket is a connection of its own.
#[derive(Clone)]
pub struct Client(Way);

impl Client {
    /// A client of a router in this process.
    pub fn in_process(router: Router) -> Self {
        Self(Way::InProcess(router.layer(Extension(Grants::OWNER))))
    }

    /// A client of the engine that holds `home`.
    pub fn over_socket(home: Home) -> Self {
        Self(Way::Socket(home))
    }

    /// Reads a route; `path` is what follows `/api/v1`.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.call(Method::GET, path, None::<&()>).await
    }

    /// Calls a route with a body.
    pub async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Problem> {
        self.call(method, path, Some(body)).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, Problem> {
        let body = body.map(serde_json::to_vec).transpose().map_err(|error| unreadable(&error))?;
        let (status, answer) = self.raw(method, path, body).await?;
        if (200..300).contains(&status) {
            let text: &[u8] = if answer.is_empty() { b"null" } else { &answer };
            return serde_json::from_slice(text).map_err(|error| unreadable(&error));
        }
        let failed: ErrorBody = serde_json::from_slice(&answer).map_err(|error| unreadable(&error))?;
        Err(failed.error)
    }

    /// Calls a route and hands back status and body as they came.
    pub async fn raw(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<(u16, Bytes), Problem> {
        let response = self.respond(method, path, body).await?;
        let status = response.status().as_u16();
        let limited = http_body_util::Limited::new(response.into_body(), LARGEST_ANSWER);
        let collected = limited.collect().await.map_err(|error| lost(&error))?;
        Ok((status, collected.to_bytes()))
    }

    /// Listens for hints. `desktop` says that this client can open a window.
    pub async fn watch(&self, desktop: bool) -> Result<HintStream, Problem> {
        let path = if desktop { "/watch?desktop=true" } else { "/watch" };
        let response = self.respond(Method::GET, path, None).await?;
        let lines = stream::unfold((response.into_body(), Vec::new()), |(mut body, mut held)| async move {
            loop {
                if let Some(end) = find(&held, b"\n\n") {
                    let event: Vec<u8> = held.drain(..end + 2).collect();
                    if let Some(hint) = hint_of(&event) {
                        return Some((hint, (body, held)));
                    }
                    continue;
                }
                let frame = body.frame().await?.ok()?;
                if let Ok(data) = frame.into_data() {
                    held.extend_from_slice(&data);
                }
            }
        });
        Ok(lines.boxed())
    }

    async fn respond(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<Response<Body>, Problem> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{PREFIX}{path}"))
            .header(header::HOST, "caretaker")
            .header(header::CONTENT_TYPE, "application/json");
        match &self.0 {
            Way::InProcess(router) => {
                let request =
                    request.body(body.map_or_else(Body::empty, Body::from)).map_err(|error| unreadable(&error))?;
                Ok(router.clone().oneshot(request).await.unwrap_or_else(|never| match never {}))
            }
            Way::Socket(home) => {
                let stream = socket::connect(home).await?.ok_or_else(|| {
                    Problem::new(Code::NotRunning, format!("no engine answers for {}", home.folder().display()))
                        .hint("start the tray app, or `caretaker run`")
                })?;
                let (mut sender, connection) =
                    http1::handshake(TokioIo::new(stream)).await.map_err(|error| lost(&error))?;
                // Ends by itself when the response has been read or dropped.
                tokio::spawn(connection);
                let body = Full::new(Bytes::from(body.unwrap_or_default()));
                let request = request.body(body).map_err(|error| unreadable(&error))?;
                let response = sender.send_request(request).await.map_err(|error| lost(&error))?;
                Ok(response.map(Body::new))
            }
        }
    }
}

fn find(held: &[u8], wanted: &[u8]) -> Option<usize> {
    held.windows(wanted.len()).position(|window| window == wanted)
}

/// The hint of one server-sent event; none for comments that keep the line open.
fn hint_of(event: &[u8]) -> Option<Hint> {
    let text = std::str::from_utf8(event).ok()?;
    let data = text.lines().find_map(|line| line.strip_prefix("data:"))?;
    serde_json::from_str(data.trim()).ok()
}

fn lost(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::NotRunning, format!("the engine ended while it was asked: {error}"))
}

fn unreadable(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::Internal, format!("the answer of the engine could not be read: {error}"))
        .hint("the engine may be of another version: restart it")
}
