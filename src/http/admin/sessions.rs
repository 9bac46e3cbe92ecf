//! `/__admin/sessions`, `/__admin/reset`: lists, ends and resets sessions.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::extract::{IgnoredSession, Session};
use crate::app_state::AppState;
use crate::http::problem::Problem;
use crate::http::redact::contains_own_token;
use crate::world::{SessionName, Sessions};

pub async fn list(State(state): State<AppState>, _: IgnoredSession) -> Json<Value> {
    let sessions = state.sessions();
    Json(json!({"sessions": sessions.names(), "most": Sessions::MAX_SESSIONS, "evicted": sessions.evicted()}))
}

pub async fn remove(
    State(state): State<AppState>,
    _: IgnoredSession,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, Problem> {
    // The message does not repeat a text that is no session name: it may be a whole token.
    let name: Option<SessionName> = path.ok().and_then(|Path(name)| name.parse().ok());
    if name.as_ref().is_some_and(|name| state.sessions().remove(name)) {
        return Ok(Json(json!({"removed": 1})));
    }
    let name = name
        .filter(|name| !contains_own_token(&state, &name.to_string()))
        .map_or_else(|| "of that name".to_owned(), |name| name.to_string());
    Err(Problem::ItemNotFound { details: format!("There is no session {name}; GET /__admin/sessions lists them.") })
}

/// `POST /__admin/reset`: puts the session back to its state at start.
pub async fn reset(State(state): State<AppState>, session: Session) -> Json<Value> {
    state.sessions().reset(session.name.as_ref());
    Json(json!({"reset": session.name}))
}
