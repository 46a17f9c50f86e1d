//! The client of every door: the same calls over the engine's socket or on a router in this process.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::{Extension, Router};
use caretaker_core::problem::{Code, Problem};
use caretaker_platform::home::Home;
use caretaker_platform::{lock, socket};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::{Method, Request, Response, header};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

use crate::answer::ErrorBody;
use crate::grants::Grants;
use crate::hints::{HintStream, hints};
use crate::router::PREFIX;

/// No answer of ours is larger.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
/// An answer that has not come by then will not come: the engine hangs, though the kernel still takes calls for it.
const PATIENCE: Duration = Duration::from_secs(10);
/// For questions that read much or ask the whole machine.
const LONG_PATIENCE: Duration = Duration::from_secs(60);
const LONG_QUESTIONS: [&str; 3] = ["/doctor", "/metrics", "/channels/test"];

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

    /// Reads a route whose answer is a text and no JSON.
    pub async fn text(&self, path: &str) -> Result<String, Problem> {
        let (status, answer) = self.raw(Method::GET, path, None).await?;
        if (200..300).contains(&status) {
            return String::from_utf8(answer.into()).map_err(|error| unreadable(&error));
        }
        let failed: ErrorBody = serde_json::from_slice(&answer).map_err(|error| unreadable(&error))?;
        Err(failed.error)
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
        let long = LONG_QUESTIONS.iter().any(|question| path.starts_with(question));
        let limit = if long { LONG_PATIENCE } else { PATIENCE };
        let answer = async {
            let response = self.respond(method, path, body).await?;
            let status = response.status().as_u16();
            let limited = http_body_util::Limited::new(response.into_body(), LARGEST_ANSWER);
            let collected = limited.collect().await.map_err(|error| lost(&error))?;
            Ok((status, collected.to_bytes()))
        };
        self.within(limit, answer).await
    }

    async fn within<T>(&self, limit: Duration, answer: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
        tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
            Err(match &self.0 {
                Way::Socket(home) => lock::busy(&home.lock()),
                Way::InProcess(_) => {
                    Problem::new(Code::Busy, format!("the engine did not answer within {} s", limit.as_secs()))
                        .hint("Wait until it is done, or restart Caretaker.")
                }
            })
        })
    }

    /// Listens for hints, until the engine ends or gives no sign of life. `desktop` says that this client can open a
    /// window.
    pub async fn watch(&self, desktop: bool) -> Result<HintStream, Problem> {
        let path = if desktop { "/watch?desktop=true" } else { "/watch" };
        let response = self.within(PATIENCE, self.respond(Method::GET, path, None)).await?;
        Ok(hints(response.into_body()))
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

fn lost(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::NotRunning, format!("the engine ended while it was asked: {error}"))
}

fn unreadable(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::Internal, format!("the answer of the engine could not be read: {error}"))
        .hint("the engine may be of another version: restart it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use caretaker_core::time::Timestamp;
    use caretaker_core::view::{DoctorView, Status};
    use caretaker_platform::lock::{EngineLock, Owner};
    use tokio::time::Instant;

    /// An engine that took the lock and hangs: the kernel takes its calls, and nobody reads them.
    #[tokio::test(start_paused = true)]
    async fn an_engine_that_hangs_is_named_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::locate(Some(folder.path())).unwrap();
        let owner = Owner::this_process("caretaker", "9.9.9", Timestamp::default());
        let _lock = EngineLock::try_acquire(&home.lock(), &owner).unwrap().unwrap();
        let _deaf = std::os::unix::net::UnixListener::bind(home.socket()).unwrap();
        let client = Client::over_socket(home);
        let begin = Instant::now();
        let problem = client.get::<Status>("/status").await.unwrap_err();
        assert_eq!(problem.code, Code::Busy);
        assert!(
            problem.message.contains("caretaker 9.9.9") && problem.message.contains("does not answer"),
            "{problem}"
        );
        assert!(client.watch(true).await.is_err_and(|problem| problem.code == Code::Busy));
        assert!(begin.elapsed() < PATIENCE * 3, "{:?}", begin.elapsed());
        let begin = Instant::now();
        assert!(client.get::<DoctorView>("/doctor").await.is_err_and(|problem| problem.code == Code::Busy));
        assert!(begin.elapsed() >= LONG_PATIENCE, "a long question may take longer: {:?}", begin.elapsed());
    }
}
