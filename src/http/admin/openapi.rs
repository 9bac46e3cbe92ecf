//! `GET /__admin/openapi.json`: the OpenAPI document of the control plane, `openapi.json` beside this file.
//!
//! `cargo test control_plane_document::` compares it with routes, parsers and enums; the client of the tests compares every
//! response of the control plane with it.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::extract::IgnoredSession;

const DOCUMENT: &str = include_str!("openapi.json");

pub async fn get(_: IgnoredSession) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT)
}
