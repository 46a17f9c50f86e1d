//! What comes in over loopback at all: requests to this machine by its own names, and in a browser only from the door's
//! own pages, so that a page from elsewhere reaches it neither through a name of its own (DNS rebinding) nor through the
//! cookie of its reader.

use std::net::SocketAddr;

use axum::http::{HeaderMap, HeaderValue, Method, header};
use caretaker_core::problem::{Code, Problem};

/// Everything comes from this door itself, nothing is inline, and no other page may show it in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// Refuses what a browser would send on behalf of a foreign page.
pub fn check(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let refused = |what: &str| {
        Err(Problem::new(Code::Forbidden, format!("only pages of this machine are answered: {what}"))
            .hint("ask by `127.0.0.1` or `localhost`"))
    };
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return refused("the request names no host, or several");
    };
    if !is_local(host) {
        return refused("it was sent to another name");
    }
    if let Some(origin) = headers.get(header::ORIGIN) {
        // Another port of this machine is another program, whose pages are none of ours.
        let ours = origin.as_bytes().strip_prefix(b"http://").is_some_and(|authority| authority == host.as_bytes());
        if !ours {
            return refused("it comes from a page of another origin");
        }
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        let visit = method == Method::GET && headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
        if site != "same-origin" && site != "none" && !visit {
            return refused("it comes from a page of another site");
        }
    }
    Ok(())
}

/// Headers that every answer of this door carries.
pub fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What was measured here is nobody else's, so that no cache on the way keeps it.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

fn is_local(host: &HeaderValue) -> bool {
    let Ok(authority) = host.to_str() else { return false };
    let name = authority.rsplit_once(':').map_or(authority, |(host, port)| {
        if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) { host } else { authority }
    });
    let literal = authority.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    let four = name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    literal || four || name.eq_ignore_ascii_case("localhost") || name == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for (text, local) in [
            ("127.0.0.1:7861", true),
            ("127.9.9.9", true),
            ("localhost", true),
            ("LOCALHOST:80", true),
            ("[::1]:7861", true),
            ("[::1]", true),
            ("127.0.0.1.example.org", false),
            ("example.org:7861", false),
            ("localhost.example.org", false),
            ("user@localhost", false),
            ("192.168.1.5:7861", false),
            ("0.0.0.0:7861", false),
            ("localhost:", false),
            ("", false),
        ] {
            assert_eq!(is_local(&HeaderValue::from_static(text)), local, "{text}");
        }
    }

    #[test]
    fn foreign_pages_are_refused_whatever_they_send() {
        type Case = (&'static str, &'static [(&'static str, &'static str)], bool);
        let cases: [Case; 11] = [
            ("GET", &[("host", "127.0.0.1:7861")], true),
            ("GET", &[], false),
            ("GET", &[("host", "evil.example:7861")], false),
            ("POST", &[("host", "localhost:7861"), ("origin", "http://localhost:7861")], true),
            ("POST", &[("host", "localhost:7861"), ("origin", "http://localhost:3000")], false),
            ("POST", &[("host", "localhost:7861"), ("origin", "https://localhost:7861")], false),
            ("POST", &[("host", "localhost:7861"), ("origin", "null")], false),
            ("GET", &[("host", "localhost:7861"), ("sec-fetch-site", "same-origin")], true),
            ("GET", &[("host", "localhost:7861"), ("sec-fetch-site", "same-site")], false),
            (
                "GET",
                &[("host", "localhost:7861"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
                true,
            ),
            (
                "POST",
                &[("host", "localhost:7861"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
                false,
            ),
        ];
        for (method, sent, passes) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in sent {
                headers.append(*name, HeaderValue::from_static(value));
            }
            assert_eq!(check(&method.parse().unwrap(), &headers).is_ok(), passes, "{method} {sent:?}");
        }
        let mut twice = HeaderMap::new();
        twice.append("host", HeaderValue::from_static("localhost"));
        twice.append("host", HeaderValue::from_static("localhost"));
        assert!(check(&Method::GET, &twice).is_err());
    }
}
