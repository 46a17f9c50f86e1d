//! Carries the requests of the library over connections that the port `Egress` opened. One connection is kept between requests, so that
//! the parts of an upload need not greet each other anew.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use caretaker_core::egress::Egress;
use caretaker_core::time::Span;
use caretaker_core::web_address::WebAddress;
use caretaker_transport::{ConnectError, Patient, Tls, connect};
use http::header::{DATE, HOST, HeaderValue, USER_AGENT};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpResponseBody,
    HttpService,
};

/// For a connection.
const CONNECT: Span = Span::from_seconds(20);
/// Nothing moves for so long: the other side is gone.
const SILENCE: Duration = Duration::from_secs(120);
/// An answer that was read to its end frees its connection at once.
const FREED: Duration = Duration::from_millis(50);

/// Gives the library its way out.
#[derive(Clone)]
pub(crate) struct OverEgress(Arc<Way>);

struct Way {
    egress: Arc<dyn Egress>,
    tls: Tls,
    address: WebAddress,
    /// Held for a look only.
    kept: Mutex<Option<SendRequest<HttpRequestBody>>>,
    /// The time as the newest answer told it. Held for a look only.
    date: Mutex<Option<String>>,
}

impl OverEgress {
    /// To one place.
    pub fn to(address: WebAddress, egress: Arc<dyn Egress>) -> Self {
        Self(Arc::new(Way { egress, tls: Tls::default(), address, kept: Mutex::new(None), date: Mutex::new(None) }))
    }

    /// The time as the newest answer told it, in the words of HTTP.
    pub fn date(&self) -> Option<String> {
        self.0.date.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl std::fmt::Debug for OverEgress {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "OverEgress({})", self.0.address)
    }
}

impl HttpConnector for OverEgress {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for OverEgress {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = self.0.prepared(request)?;
        let mut sender = self.0.sender().await?;
        let response = sender.send_request(request).await.map_err(of_hyper)?;
        *self.0.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        let (head, body) = response.into_parts();
        if let Some(date) = head.headers.get(DATE).and_then(|date| date.to_str().ok()) {
            *self.0.date.lock().unwrap_or_else(PoisonError::into_inner) = Some(date.to_owned());
        }
        Ok(HttpResponse::from_parts(head, HttpResponseBody::new(body.map_err(of_hyper))))
    }
}

impl Way {
    /// The request as it is said on the connection. It goes to the one place, whatever it says itself.
    fn prepared(&self, request: HttpRequest) -> Result<HttpRequest, HttpError> {
        let bad = |why: String| HttpError::new_boxed(HttpErrorKind::Unknown, why.into());
        let (mut head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        head.uri = path.parse().map_err(|error: http::uri::InvalidUri| bad(error.to_string()))?;
        let host = HeaderValue::from_str(&self.address.authority()).map_err(|error| bad(error.to_string()))?;
        head.headers.insert(HOST, host);
        head.headers.insert(USER_AGENT, HeaderValue::from_static(concat!("caretaker/", env!("CARGO_PKG_VERSION"))));
        Ok(HttpRequest::from_parts(head, body))
    }

    /// The kept connection if it is free, else a new one.
    async fn sender(&self) -> Result<SendRequest<HttpRequestBody>, HttpError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut sender) = kept
            && matches!(tokio::time::timeout(FREED, sender.ready()).await, Ok(Ok(())))
        {
            return Ok(sender);
        }
        let tls = self.address.secure.then_some(&self.tls);
        let connected = connect(&self.egress, tls, &self.address.target, CONNECT).await;
        let stream = Patient::new(connected.map_err(of_connecting)?, SILENCE);
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(of_hyper)?;
        // It ends with its stream: the sender that is kept is the last that speaks on it.
        drop(tokio::spawn(connection));
        Ok(sender)
    }
}

fn of_connecting(error: ConnectError) -> HttpError {
    let kind = match &error {
        // Another try would have the same answer.
        ConnectError::Egress(caretaker_core::egress::EgressError::Forbidden { .. })
        | ConnectError::NoTrust(_)
        | ConnectError::Encryption(_) => HttpErrorKind::Unknown,
        ConnectError::Egress(_) | ConnectError::Broken(_) => HttpErrorKind::Connect,
    };
    HttpError::new(kind, error)
}

fn of_hyper(error: hyper::Error) -> HttpError {
    let timed_out = std::error::Error::source(&error)
        .and_then(|source| source.downcast_ref::<std::io::Error>())
        .is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut);
    let kind = if timed_out || error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_closed() || error.is_canceled() || error.is_incomplete_message() || error.is_body_write_aborted()
    {
        HttpErrorKind::Request
    } else {
        HttpErrorKind::Interrupted
    };
    HttpError::new(kind, error)
}
