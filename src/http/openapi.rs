//! `GET /openapi.json`: the OpenAPI document of the contract.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::prefix::with_server_path;
use crate::app_state::AppState;
use crate::contract::OPENAPI_DOCUMENT;

pub async fn get(State(state): State<AppState>, headers: HeaderMap) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], with_server_path(OPENAPI_DOCUMENT, &state, &headers))
}
