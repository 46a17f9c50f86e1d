//! One POST over HTTP/1.1: within a time limit, to a place that the configuration names, with an answer of which only the
//! beginning is read. A redirection is followed only to the same place; nothing of an address is ever repeated in an error.

use std::sync::Arc;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use caretaker_core::egress::{Egress, EgressError};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::web_address::WebAddress;
use caretaker_transport::{ConnectError, Tls, connect};
use chrono::DateTime;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::error::SendError;

/// Redirections within one place.
const MOST_HOPS: usize = 3;
/// Of an answer, so much is read.
const LARGEST: usize = 4 * 1024;
/// Of what a server says, so many letters are repeated.
const REPEATED: usize = 120;
/// Nobody is waited for longer, whatever a server asks for.
const LONGEST_WAIT: Span = Span::from_hours(1);

/// What is posted.
pub struct Post<'a> {
    /// Where to.
    pub address: &'a WebAddress,
    /// For `Authorization: Bearer`; goes before the name and password of the address.
    pub token: Option<&'a str>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The text.
    pub body: Vec<u8>,
    /// Who posts.
    pub agent: &'a str,
}

/// What the other side said.
#[derive(Debug)]
pub struct Answered {
    status: StatusCode,
    location: Option<String>,
    retry_after: Option<String>,
    said: String,
}

/// Posts, and says what came back when that was a yes.
pub async fn post(
    egress: &Arc<dyn Egress>,
    tls: &Tls,
    post: Post<'_>,
    limit: Span,
    now: Timestamp,
) -> Result<String, SendError> {
    let target = post.address.target.clone();
    let late = || SendError::passing(format!("{target} did not answer within {}", limit.in_words()), NETWORK);
    let attempt = follow(egress, tls, &post, limit);
    let answered = tokio::time::timeout(limit.to_duration(), attempt).await.map_err(|_| late())??;
    judge(&post, &answered, now)
}

const NETWORK: &str = "check the network of this machine, and whether the other side runs";

async fn follow(egress: &Arc<dyn Egress>, tls: &Tls, post: &Post<'_>, limit: Span) -> Result<Answered, SendError> {
    let begun = Instant::now();
    let mut address = post.address.clone();
    for _ in 0..MOST_HOPS {
        let left = limit - Span::from(begun.elapsed());
        let answered = once(egress, tls, post, &address, left).await?;
        let same_way = matches!(answered.status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        let next = answered.location.as_ref().filter(|_| same_way).and_then(|location| address.redirected(location));
        match next {
            Some(next) => address = next,
            None => return Ok(answered),
        }
    }
    Err(SendError::lasting(format!("{} redirects again and again", address.target), "check the address in `url`"))
}

async fn once(
    egress: &Arc<dyn Egress>,
    tls: &Tls,
    post: &Post<'_>,
    address: &WebAddress,
    limit: Span,
) -> Result<Answered, SendError> {
    let encryption = address.secure.then_some(tls);
    let stream = connect(egress, encryption, &address.target, limit).await.map_err(not_connected)?;
    exchange(stream, request(post, address)?, address).await
}

fn not_connected(error: ConnectError) -> SendError {
    let hint = match &error {
        ConnectError::Egress(EgressError::Forbidden { .. }) => return SendError::lasting(error.to_string(), ""),
        ConnectError::Egress(EgressError::Unknown { .. }) => "check the name in `url`, and the network",
        ConnectError::Egress(EgressError::Refused { .. } | EgressError::Failed { .. }) | ConnectError::Broken(_) => {
            NETWORK
        }
        ConnectError::NoTrust(_) => "check the clock and the certificates of this system",
        ConnectError::Encryption(_) => {
            "if the certificate is of your own making, add its authority to those that this system trusts and restart Caretaker"
        }
    };
    SendError::passing(error.to_string(), hint)
}

fn request(post: &Post<'_>, address: &WebAddress) -> Result<Request<Full<Bytes>>, SendError> {
    let mut request = Request::post(address.path.as_str())
        .header(header::HOST, address.authority())
        .header(header::USER_AGENT, post.agent)
        .header(header::ACCEPT, "*/*")
        .header(header::CONNECTION, "close");
    let basic = || address.user.as_ref().map(|user| format!("Basic {}", STANDARD.encode(decoded(user))));
    if let Some(credential) = post.token.map(|token| format!("Bearer {token}")).or_else(basic) {
        let mut value = header::HeaderValue::try_from(credential)
            .map_err(|_| SendError::lasting("the token holds letters that cannot be sent", "check `token`"))?;
        value.set_sensitive(true);
        request = request.header(header::AUTHORIZATION, value);
    }
    for (name, value) in &post.headers {
        request = request.header(*name, value.as_str());
    }
    request.body(Full::new(Bytes::from(post.body.clone()))).map_err(|_| {
        SendError::lasting(
            format!("the address at {} holds letters that cannot be sent", address.target),
            "check `url`",
        )
    })
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
    address: &WebAddress,
) -> Result<Answered, SendError> {
    let broken = |error: &dyn std::fmt::Display| {
        SendError::passing(format!("speak HTTP with {}: {error}", address.target), NETWORK)
    };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
    let reading = async {
        let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
        Ok(answered(response).await)
    };
    tokio::pin!(reading);
    tokio::select! {
        biased;
        answered = &mut reading => answered,
        // The connection may end as soon as it has handed over everything that there is to read.
        _ = connection => reading.await,
    }
}

/// The head, and as much of the body as is worth reading. A body that breaks off takes nothing back.
async fn answered(response: Response<Incoming>) -> Answered {
    let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (status, location, retry_after) = (response.status(), text(header::LOCATION), text(header::RETRY_AFTER));
    let (mut said, mut body) = (Vec::new(), response.into_body());
    // A yes needs no reason.
    while !status.is_success()
        && said.len() < LARGEST
        && let Some(Ok(frame)) = body.frame().await
    {
        said.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
    }
    said.truncate(LARGEST);
    Answered { status, location, retry_after, said: String::from_utf8_lossy(&said).into_owned() }
}

fn judge(post: &Post<'_>, answered: &Answered, now: Timestamp) -> Result<String, SendError> {
    let status = answered.status;
    let told = status
        .canonical_reason()
        .map_or_else(|| status.as_u16().to_string(), |reason| format!("{} {reason}", status.as_u16()));
    if status.is_success() {
        return Ok(told);
    }
    let target = &post.address.target;
    if status.is_redirection() {
        let there = answered.location.as_ref().and_then(|location| location.parse::<WebAddress>().ok());
        let there = there.map(|there| format!(" and points to {there}")).unwrap_or_default();
        let why = format!("{target} answers {told}{there}; a redirection is not followed to another place");
        return Err(SendError::lasting(why, "put the address that it points to into `url`"));
    }
    let why = format!("{target} answers {told}{}", repeated(post, &answered.said));
    let asks_to_wait = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    if status.is_client_error() && !asks_to_wait {
        let hint = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "check `token`, and what it may do at the other side",
            StatusCode::NOT_FOUND | StatusCode::GONE => "check the address in `url`",
            _ => "check `url` and `token`",
        };
        return Err(SendError::lasting(why, hint));
    }
    let after = answered.retry_after.as_ref().and_then(|text| wait(text, now));
    Err(SendError { after, ..SendError::passing(why, "look at what the other side says of itself") })
}

/// Seconds, or a date.
fn wait(text: &str, now: Timestamp) -> Option<Span> {
    let span = if let Ok(seconds) = text.trim().parse::<u32>() {
        Span::from_seconds(i64::from(seconds))
    } else {
        let at = DateTime::parse_from_rfc2822(text.trim()).ok()?;
        Timestamp::from_millis(at.timestamp_millis()).since(now).or_zero()
    };
    Some(span.min(LONGEST_WAIT))
}

/// The first line of a reason, unless it repeats what must not be shown.
fn repeated(post: &Post<'_>, said: &str) -> String {
    let line = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line: String = line.chars().filter(|c| !c.is_control()).take(REPEATED).collect();
    let path = post.address.path.trim_matches('/');
    let user = post.address.user.as_deref();
    let secrets = [Some(path), post.token, user, user.and_then(|user| user.split_once(':')).map(|(_, word)| word)];
    let shows_secret = secrets.into_iter().flatten().flat_map(|secret| secret.split(['/', '?', '&', '=']));
    let shows_secret = shows_secret.filter(|secret| secret.len() > 3).any(|secret| line.contains(secret));
    // A page for browsers says nothing to a person here.
    if line.is_empty() || line.starts_with('<') || shows_secret { String::new() } else { format!(": {line}") }
}

/// `%20` as the letter that it means.
fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).and_then(|code| std::str::from_utf8(code).ok());
        if let Some(meant) = code.filter(|_| *byte == b'%').and_then(|code| u8::from_str_radix(code, 16).ok()) {
            plain.push(meant);
            at += 3;
        } else {
            plain.push(*byte);
            at += 1;
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(address: &WebAddress) -> Post<'_> {
        Post { address, token: Some("tk_abcdef"), headers: Vec::new(), body: Vec::new(), agent: "caretaker/0" }
    }

    fn judged(status: u16, said: &str) -> Result<String, SendError> {
        let address = "https://ann:pass%20word@hooks.example.org/T0/s3cr3t?key=abcd".parse().unwrap();
        let answered = Answered {
            status: StatusCode::from_u16(status).unwrap(),
            location: Some("https://elsewhere.example/secret-path".to_owned()),
            retry_after: Some("120".to_owned()),
            said: said.to_owned(),
        };
        judge(&post(&address), &answered, Timestamp::default())
    }

    #[test]
    fn what_a_status_means() {
        assert_eq!(judged(200, "").unwrap(), "200 OK");
        assert_eq!(judged(204, "").unwrap(), "204 No Content");
        for (status, again) in [
            (301, false),
            (307, false),
            (400, false),
            (401, false),
            (404, false),
            (408, true),
            (410, false),
            (429, true),
            (500, true),
            (503, true),
        ] {
            let error = judged(status, "").unwrap_err();
            assert_eq!(error.again, again, "{status}");
            assert_eq!(error.after, again.then(|| Span::from_minutes(2)), "{status}");
            assert!(error.why.contains(&status.to_string()) && !error.why.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_reason_is_repeated_unless_it_repeats_a_secret() {
        assert!(judged(400, "\n invalid_payload\nmore").unwrap_err().why.ends_with("Bad Request: invalid_payload"));
        for said in ["no hook s3cr3t", "bad token tk_abcdef", "<html>", "key abcd", "ann:pass%20word?"] {
            assert!(judged(400, said).unwrap_err().why.ends_with("400 Bad Request"), "{said}");
        }
    }

    #[test]
    fn a_server_may_ask_for_time_but_not_for_ever() {
        let now = Timestamp::from_millis(1_772_438_400_000);
        assert_eq!(wait("7", now), Some(Span::from_seconds(7)));
        assert_eq!(wait("Mon, 02 Mar 2026 08:01:00 GMT", now), Some(Span::from_minutes(1)));
        assert_eq!(wait("Mon, 02 Mar 2026 07:00:00 GMT", now), Some(Span::ZERO));
        assert_eq!(wait("999999", now), Some(LONGEST_WAIT));
        assert_eq!(wait("soon", now), None);
    }

    #[test]
    fn a_name_and_password_are_sent_as_they_are_meant() {
        assert_eq!(decoded("ann:p%40ss%"), b"ann:p@ss%");
    }
}
