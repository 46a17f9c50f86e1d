//! The description of the interface: for programs as OpenAPI, for people as a page that needs nothing from outside.

use axum::Json;
use axum::http::header;
use axum::response::IntoResponse;

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "documentation", responses((status = 200, body = serde_json::Value)))]
pub async fn openapi() -> impl IntoResponse {
    Json(crate::openapi::document())
}

/// Every route with its parameters, examples, and a form to try it.
#[utoipa::path(get, path = "/api/docs", tag = "documentation",
    responses((status = 200, body = String, content_type = "text/html")))]
pub async fn page() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], include_str!("../documentation/page.html"))
}

/// The script of that page.
#[utoipa::path(get, path = "/api/docs/page.js", tag = "documentation",
    responses((status = 200, body = String, content_type = "text/javascript")))]
pub async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("../documentation/page.js"))
}

/// The looks of that page.
#[utoipa::path(get, path = "/api/docs/page.css", tag = "documentation",
    responses((status = 200, body = String, content_type = "text/css")))]
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../documentation/page.css"))
}
