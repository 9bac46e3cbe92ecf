//! `/__admin/sessions`, `/__admin/reset`: lists, ends and resets sessions.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use serde_json::{Value, json};

use super::extract::{IgnoredSession, NoBody, Session};
use super::verdict::keep_verdict;
use crate::app_state::AppState;
use crate::http::blocking;
use crate::http::problem::Problem;
use crate::world::ended_sessions::SessionEnd;
use crate::world::{SessionName, Sessions};

pub async fn list(State(state): State<AppState>, _: IgnoredSession) -> Json<Value> {
    let sessions = state.sessions();
    Json(json!({"sessions": sessions.names(), "most": Sessions::MAX_SESSIONS, "evicted": sessions.evicted()}))
}

pub async fn remove(
    State(state): State<AppState>,
    _: IgnoredSession,
    path: Result<Path<String>, PathRejection>,
    _: NoBody,
) -> Result<Json<Value>, Problem> {
    let name: Option<SessionName> = path.ok().and_then(|Path(name)| name.parse().ok());
    if let Some((name, world)) = name.and_then(|name| state.sessions().existing(&name).map(|world| (name, world))) {
        keep_verdict(&state, Some(&name), &world, SessionEnd::Deleted).await?;
        if state.sessions().remove(&name) {
            return Ok(Json(json!({"removed": 1})));
        }
    }
    // The message does not repeat the name: it may be a token.
    let details = "There is no session of that name; GET /__admin/sessions lists them.".to_owned();
    Err(Problem::ItemNotFound { details })
}

/// `POST /__admin/reset`: puts the session back to its state at start. With `reload=true` the files are read again before; when
/// one is wrong, nothing is reset.
pub async fn reset(State(state): State<AppState>, parts: Parts, _: NoBody) -> Result<Json<Value>, Problem> {
    let (session, values) = Session::with_parameters(&parts, &state, &["reload"])?;
    let is_reload = match values.get("reload").map(String::as_str) {
        Some("true") => true,
        Some("false") | None => false,
        Some(other) => {
            let details = format!("reload: \"{other}\" is not known; accepted: true, false, such as reload=true.");
            return Err(Problem::BadControlRequest { details });
        }
    };
    let mut answer = json!({"reset": session.name});
    if is_reload {
        let reloading = state.clone();
        let reload = blocking::run(&state.work_limits().short_work, move || reloading.reload()).await?;
        answer["reloaded"] = json!(reload.map_err(Problem::Reload)?);
    }
    keep_verdict(&state, session.name.as_ref(), &session.world, SessionEnd::Reset).await?;
    state.sessions().reset(session.name.as_ref());
    Ok(Json(answer))
}
