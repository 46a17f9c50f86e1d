//! Who asks: a program with its token in every request, or a browser that exchanged a token for a cookie.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::AccessGrant;
use caretaker_engine::{Engine, Recognised};

use crate::grants::Grants;

/// Where the pages are, and where a token is exchanged.
pub const DASHBOARD: &str = "/dashboard";
/// The looks of the page that asks for a token.
pub const STYLE: &str = "/dashboard/login.css";
/// A browser stays logged in for this long, in seconds.
const SESSION: u32 = 30 * 24 * 60 * 60;

/// A request that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it may do.
    pub grants: Grants,
    /// For the rate limit: a program and a browser with the same token are two clients.
    pub client: &'static str,
}

/// Looks for a token or a cookie of ours.
pub fn recognise(engine: &Engine, door: SocketAddr, headers: &HeaderMap) -> Option<Known> {
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = given.to_str().ok()?.split_once(' ')?;
        let known = scheme.eq_ignore_ascii_case("bearer").then(|| engine.recognise_token(token.trim()))??;
        return Some(of(&known, "program for reading", "program for acting"));
    }
    let name = cookie_name(door);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let known = pairs.find_map(|(key, value)| (key == name).then(|| engine.recognise_session(value)).flatten())?;
    Some(of(&known, "browser for reading", "browser for acting"))
}

fn of(known: &Recognised, reading: &'static str, acting: &'static str) -> Known {
    match known.grant {
        AccessGrant::Read => Known { grants: Grants::READER, client: reading },
        AccessGrant::Act => Known { grants: Grants::ACTOR, client: acting },
    }
}

/// The token in the address of a visit to the dashboard.
pub fn token_in(request: &Request<Body>) -> Option<String> {
    let here = request.uri().path().trim_end_matches('/') == DASHBOARD && request.method() == axum::http::Method::GET;
    let query = request.uri().query().filter(|_| here)?;
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "token").map(|(_, value)| value.into_owned())
}

/// Gives the browser its cookie and sends it on, so that the token stays in no address line.
pub fn enter(door: SocketAddr, known: &Recognised) -> Response {
    let cookie =
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={SESSION}", cookie_name(door), known.session);
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_static(DASHBOARD));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Cookies know no ports, so that two doors on one machine need two names.
fn cookie_name(door: SocketAddr) -> String {
    format!("caretaker-{}", door.port())
}

/// What a request without a token gets.
pub fn refusal() -> Problem {
    Problem::new(Code::Unauthorized, "this door needs an access token")
        .hint("`caretaker api token` prints one; send it as `Authorization: Bearer <token>`")
}

/// The page that asks a person for a token.
pub fn form(wrong: bool) -> Response {
    let note = if wrong { "<p role=\"alert\">This is no access token of this Caretaker.</p>" } else { "" };
    let page = include_str!("login.html").replace("<!--note-->", note);
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (StatusCode::UNAUTHORIZED, headers, page).into_response()
}

/// The looks of that page.
pub fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("login.css")).into_response()
}
