//! The window's pages for a browser.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::answer::{ErrorBody, Failure};
use crate::pages;

/// The dashboard: the same pages as in the tray app's window.
///
/// Over loopback, `?token=<token>` is exchanged for a cookie.
#[utoipa::path(get, path = "/dashboard", tag = "dashboard",
    responses((status = 200, body = String, content_type = "text/html"),
        (status = 303, description = "The token was exchanged for a cookie"), (status = 501, body = ErrorBody)))]
pub async fn page(headers: HeaderMap) -> Response {
    pages::page("index.html", &headers)
}

/// A script, style sheet or picture of the dashboard.
#[utoipa::path(get, path = "/dashboard/assets/{name}", tag = "dashboard",
    params(("name" = String, Path, description = "File name as the page names it")),
    responses((status = 200, body = String, content_type = "application/octet-stream"), (status = 404, body = ErrorBody),
        (status = 501, body = ErrorBody)))]
pub async fn asset(name: Result<Path<String>, PathRejection>, headers: HeaderMap) -> Result<Response, Failure> {
    Ok(pages::page(&format!("assets/{}", name?.0), &headers))
}
