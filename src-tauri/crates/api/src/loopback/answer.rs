//! One request of the loopback door: who may ask, how often, how much and how long. What is asked is the router's business.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use http_body_util::Limited;
use tower::ServiceExt;

use super::door::Shared;
use super::limit::Verdict;
use super::{guard, login};
use crate::answer::Failure;
use crate::requests::Refusal;

/// A request that does not reach the router, and its answer.
struct Refused {
    reason: Refusal,
    response: Box<Response>,
}

impl Shared {
    /// Answers a request, with the headers that every answer carries.
    pub async fn answer(&self, request: Request<Body>) -> Response {
        let mut response = match self.admitted(request).await {
            Ok(response) => response,
            Err(refused) => {
                self.requests.refused(refused.reason);
                *refused.response
            }
        };
        guard::protect(response.headers_mut());
        response
    }

    async fn admitted(&self, request: Request<Body>) -> Result<Response, Refused> {
        if let Err(problem) = guard::check(request.method(), request.headers()) {
            return Err(refused(Refusal::Origin, failure(problem)));
        }
        let path = request.uri().path();
        let visit = matches!(*request.method(), Method::GET | Method::HEAD);
        if visit && path == login::STYLE {
            return Ok(login::style());
        }
        if visit && (path == "/" || path == "/dashboard/") {
            return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, login::DASHBOARD)]).into_response());
        }
        let now = self.engine.clock().moment().awake;
        if let Some(token) = login::token_in(&request) {
            self.stranger(now)?;
            return match self.engine.recognise_token(&token) {
                Some(known) => Ok(login::enter(self.address, &known)),
                None => Err(refused(Refusal::Token, login::form(true))),
            };
        }
        let Some(known) = login::recognise(&self.engine, self.address, request.headers()) else {
            self.stranger(now)?;
            let page = visit && path == login::DASHBOARD;
            let response = if page { login::form(false) } else { unknown() };
            return Err(refused(Refusal::Token, response));
        };
        let verdict = self.rate.take(known.client, now);
        if !verdict.allowed {
            return Err(refused(Refusal::Rate, too_many(&verdict)));
        }
        let mut response = self.limited(request, known.grants).await?;
        tell(&mut response, &verdict);
        Ok(response)
    }

    /// Counts somebody without a token; guessing is slow and takes nothing from who has one.
    fn stranger(&self, now: Span) -> Result<(), Refused> {
        let verdict = self.strangers.take("anybody", now);
        if verdict.allowed { Ok(()) } else { Err(refused(Refusal::Rate, too_many(&verdict))) }
    }

    async fn limited(&self, mut request: Request<Body>, grants: crate::grants::Grants) -> Result<Response, Refused> {
        let most = self.limits.body;
        let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if announced.and_then(|text| text.parse::<u64>().ok()).is_some_and(|length| length > most) {
            let message = format!("the body of a request is at most {most} bytes");
            return Err(refused(Refusal::Size, failure(Problem::new(Code::TooLarge, message))));
        }
        request.extensions_mut().insert(grants);
        let request = request.map(|body| Body::new(Limited::new(body, most as usize)));
        let work = async {
            let _place = self.places.acquire().await.ok();
            self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
        };
        tokio::time::timeout(self.limits.request, work).await.map_err(|_| {
            let problem = Problem::new(Code::TimedOut, "the request took too long").hint("ask for less, or later");
            let mut response = failure(problem);
            *response.status_mut() = StatusCode::REQUEST_TIMEOUT;
            refused(Refusal::Time, response)
        })
    }
}

fn refused(reason: Refusal, response: Response) -> Refused {
    Refused { reason, response: Box::new(response) }
}

fn failure(problem: Problem) -> Response {
    Failure(problem).into_response()
}

fn unknown() -> Response {
    let mut response = failure(login::refusal());
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"caretaker\""));
    response
}

fn too_many(verdict: &Verdict) -> Response {
    let problem = Problem::new(Code::TooManyRequests, "too many requests")
        .hint(format!("ask again in {} s", verdict.retry_after));
    let mut response = failure(problem);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(verdict.retry_after));
    tell(&mut response, verdict);
    response
}

/// How much is left, in the fields of `draft-ietf-httpapi-ratelimit-headers`.
fn tell(response: &mut Response, verdict: &Verdict) {
    for (name, value) in [
        ("ratelimit-limit", u64::from(verdict.limit)),
        ("ratelimit-remaining", u64::from(verdict.remaining)),
        ("ratelimit-reset", verdict.reset),
    ] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
}
