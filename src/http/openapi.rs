//! `GET /openapi.json`: the OpenAPI document, `src/http/openapi.json`. `cargo test openapi::` compares it with the code.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::prefix::with_server_path;
use crate::app_state::AppState;

const DOCUMENT: &str = include_str!("openapi.json");

pub async fn get(State(state): State<AppState>, headers: HeaderMap) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], with_server_path(DOCUMENT, &state, &headers))
}
