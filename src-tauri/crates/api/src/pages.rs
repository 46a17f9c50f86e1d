//! The pages of the window, embedded for the loopback door. They lie in the program compressed and leave it so, and are
//! unpacked only for a client that cannot read gzip.

use std::io::Read;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use caretaker_core::problem::{Code, Problem};

use crate::answer::Failure;

/// One file of `ui/dist`.
struct Page {
    path: &'static str,
    packed: &'static [u8],
}

/// Written by `build.rs`.
static PAGES: &[Page] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Whether this program was built with the pages.
pub fn has_pages() -> bool {
    !PAGES.is_empty()
}

/// A file of the pages; `path` as in `ui/dist`. Files under `assets/` have their content's hash in their names.
pub fn page(path: &str, asked: &HeaderMap) -> Response {
    if !has_pages() {
        let problem = Problem::new(Code::NotConfigured, "this program was built without its pages")
            .hint("build it with `npm start`, which builds the pages first");
        return Failure(problem).into_response();
    }
    let Some(page) = PAGES.iter().find(|page| page.path == path) else {
        return Failure(Problem::new(Code::NotFound, "there is no such page")).into_response();
    };
    let (encoding, body) = if takes_gzip(asked) {
        (Some(HeaderValue::from_static("gzip")), Body::from(page.packed))
    } else {
        match unpacked(page.packed) {
            Ok(bytes) => (None, Body::from(bytes)),
            Err(problem) => return Failure(problem).into_response(),
        }
    };
    let kept = if path.starts_with("assets/") { "private, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = (StatusCode::OK, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, encoding);
    }
    response
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let listed = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    listed.split(',').map(|one| one.split(';').map(str::trim).collect::<Vec<_>>()).any(|one| {
        let refused = one.iter().skip(1).any(|weight| matches!(*weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        one.first() == Some(&"gzip") && !refused
    })
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let read = flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes);
    read.map_err(|error| Problem::new(Code::Internal, format!("unpack a page: {error}")))?;
    Ok(bytes)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_only_to_who_reads_it() {
        for (text, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, gzip;q=0.8", true),
            ("gzip;q=0", false),
            ("br", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
            assert_eq!(takes_gzip(&headers), takes, "{text}");
        }
    }
}
