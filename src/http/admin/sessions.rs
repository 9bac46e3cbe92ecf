//! `/__admin/sessions`, `/__admin/reset`: lists, ends and resets sessions.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::extract::{IgnoredSession, Session};
use crate::app_state::AppState;
use crate::http::problem::Problem;
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
    let name: Option<SessionName> = path.ok().and_then(|Path(name)| name.parse().ok());
    if name.is_some_and(|name| state.sessions().remove(&name)) {
        return Ok(Json(json!({"removed": 1})));
    }
    // The message does not repeat the name: it may be a token.
    let details = "There is no session of that name; GET /__admin/sessions lists them.".to_owned();
    Err(Problem::ItemNotFound { details })
}

/// `POST /__admin/reset`: puts the session back to its state at start.
pub async fn reset(State(state): State<AppState>, session: Session) -> Json<Value> {
    state.sessions().reset(session.name.as_ref());
    Json(json!({"reset": session.name}))
}
