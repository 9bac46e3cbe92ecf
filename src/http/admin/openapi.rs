//! `GET /__admin/openapi.json`: the OpenAPI document of the control plane, `openapi.json` beside this file.
//!
//! `cargo test control_plane_document::` compares it with routes, parsers and enums; the client of the tests compares every
//! response of the control plane with it.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::extract::IgnoredSession;
use crate::app_state::AppState;
use crate::http::prefix::with_server_path;

const DOCUMENT: &str = include_str!("openapi.json");

pub async fn get(State(state): State<AppState>, headers: HeaderMap, _: IgnoredSession) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], with_server_path(DOCUMENT, &state, &headers))
}
