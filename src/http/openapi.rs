//! `GET /openapi.json`: the OpenAPI document, `src/http/openapi.json`. `cargo test openapi::` compares it with the code.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

const DOCUMENT: &str = include_str!("openapi.json");

pub async fn get() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT)
}
