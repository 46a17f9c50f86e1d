//! One question over plain HTTP: GET, within two seconds, with an answer that is no longer than it may be. It follows no
//! redirection, keeps no connection and sends nothing about this machine.

use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Duration;

use caretaker_core::egress::{Egress, EgressError};
use caretaker_core::time::Span;
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;

/// A listener on this machine takes a connection at once, or its queue is full.
const CONNECT: Span = Span::from_millis(300);
/// From the first byte sent to the last one read.
const LIMIT: Duration = Duration::from_secs(2);
/// Lists of models and metrics are far shorter.
const LARGEST: usize = 4 * 1024 * 1024;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GetError {
    /// Nobody listens.
    #[error("nobody listens")]
    Refused,
    /// No connection for another reason.
    #[error("no connection: {0}")]
    NoConnection(String),
    /// It took too long.
    #[error("no answer within {} s", LIMIT.as_secs())]
    TimedOut,
    /// The answer is too long.
    #[error("an answer of more than {} MB", LARGEST / 1024 / 1024)]
    TooLong,
    /// It is no HTTP, or broke off.
    #[error("the answer cannot be read: {0}")]
    Broken(String),
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON, if the server said that all went well.
    pub fn json(&self) -> Option<serde_json::Value> {
        (self.status == 200).then(|| serde_json::from_slice(&self.body).ok()).flatten()
    }
}

/// Asks for `path`.
pub async fn get(egress: &dyn Egress, address: SocketAddr, path: &str) -> Result<Answer, GetError> {
    let socket = egress.connect(address, CONNECT).map_err(|error| match error {
        EgressError::Refused { .. } => GetError::Refused,
        EgressError::Forbidden { .. } | EgressError::Unknown { .. } | EgressError::Failed { .. } => {
            GetError::NoConnection(error.to_string())
        }
    })?;
    match tokio::time::timeout(LIMIT, exchange(socket, address, Method::GET, path)).await {
        Ok(answer) => answer,
        Err(_) => Err(GetError::TimedOut),
    }
}

/// One request over a socket, without a body.
pub(crate) async fn exchange(
    socket: OwnedFd,
    address: SocketAddr,
    method: Method,
    path: &str,
) -> Result<Answer, GetError> {
    let broken = |error: &dyn std::fmt::Display| GetError::Broken(error.to_string());
    let stream = TcpStream::from(socket);
    stream.set_nonblocking(true).map_err(|error| broken(&error))?;
    let stream = tokio::net::TcpStream::from_std(stream).map_err(|error| broken(&error))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, address.to_string())
        .header(header::ACCEPT, "application/json, text/plain")
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|error| broken(&error))?;
    let reading = async {
        let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), LARGEST).collect().await.map_err(|error| {
            if error.downcast_ref::<LengthLimitError>().is_some() { GetError::TooLong } else { broken(&error) }
        })?;
        Ok(Answer { status, body: body.to_bytes() })
    };
    tokio::pin!(reading);
    tokio::select! {
        biased;
        answer = &mut reading => answer,
        // The connection may end as soon as it has handed over everything that there is to read.
        _ = connection => reading.await,
    }
}
