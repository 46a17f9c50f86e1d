//! One request of the owner's own to a program on this machine, as a maintenance task makes it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use caretaker_core::egress::Egress;
use caretaker_core::maintenance::HttpMethod;
use caretaker_core::time::Span;
use hyper::Method;

use crate::http::exchange;

/// Bytes of an answer that are kept.
const KEPT: usize = 16 * 1024;
const CONNECT: Span = Span::from_seconds(3);

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub struct StepAnswer {
    /// The status.
    pub status: u16,
    /// The beginning of the body, as text.
    pub body: String,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
}

/// Asks `http://HOST:PORT/PATH` on this machine. The error says why there is no answer.
pub async fn ask(egress: &dyn Egress, url: &str, method: HttpMethod, limit: Span) -> Result<StepAnswer, String> {
    let (address, path) = split(url).ok_or_else(|| "it is no address on this machine".to_owned())?;
    let begun = Instant::now();
    let socket = egress.connect(address, CONNECT).map_err(|error| error.to_string())?;
    let method = match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
    };
    let asked = tokio::time::timeout(limit.to_duration(), exchange(socket, address, method, &path)).await;
    let answer = asked.map_err(|_| format!("no answer within {limit}"))?.map_err(|error| error.to_string())?;
    let body = answer.body.get(..KEPT).unwrap_or(&answer.body);
    Ok(StepAnswer {
        status: answer.status,
        body: String::from_utf8_lossy(body).into_owned(),
        took_ms: begun.elapsed().as_secs_f64() * 1_000.0,
    })
}

/// The address and the path; none for what does not lie on this machine.
fn split(url: &str) -> Option<(SocketAddr, String)> {
    let rest = url.strip_prefix("http://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let path = path.split('#').next().unwrap_or_default();
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()?),
        _ => (host, 80),
    };
    let address = match name.trim_start_matches('[').trim_end_matches(']') {
        "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        text => text.parse().ok()?,
    };
    address.is_loopback().then(|| (SocketAddr::new(address, port), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_split() {
        let shown = |url: &str| split(url).map(|(address, path)| format!("{address} {path}"));
        for (url, expected) in [
            ("http://127.0.0.1:8080/cache?all=1#x", Some("127.0.0.1:8080 /cache?all=1")),
            ("http://localhost", Some("127.0.0.1:80 /")),
            ("http://[::1]:9/x", Some("[::1]:9 /x")),
            ("http://[::1]/x", Some("[::1]:80 /x")),
            ("http://192.168.1.2/x", None),
            ("http://127.0.0.1@evil.example/", None),
            ("https://127.0.0.1/", None),
            ("http://evil.example/", None),
        ] {
            assert_eq!(shown(url).as_deref(), expected, "{url}");
        }
    }
}
