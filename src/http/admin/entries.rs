//! `/__admin/audit-logs`: adds entries to a world, or removes all of them.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::extract::{NoBody, Session, Text};
use super::verdict::keep_verdict;
use crate::app_state::AppState;
use crate::control::BODY;
use crate::fixture::{self, Loaded};
use crate::http::blocking;
use crate::http::problem::Problem;
use crate::http::redact::Secrets;
use crate::world::ended_sessions::SessionEnd;

/// Adds the entries of a body, in any form that a file has: all of them, or none if one is wrong.
pub async fn add(
    State(state): State<AppState>,
    session: Session,
    headers: HeaderMap,
    Text(body, _memory): Text,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let world = session.world;
    let add = move || {
        let Loaded { entries, ignored_fields } =
            fixture::read(BODY, &body, world.clock.now()).map_err(Problem::BadBody)?;
        let added = world
            .append_within_limit(entries, body.len())
            .map_err(|limit| Problem::BadControlRequest { details: format!("No entry was added: {limit}") })?;
        Ok(json!({"added": added, "entries": world.store.len(), "ignoredFields": ignored_fields}))
    };
    let mut answer = blocking::run(&state.work_limits().short_work, add).await??;
    // The name of an ignored field may contain a token.
    Secrets::new(&state, &headers).redact_json(&mut answer);
    Ok((StatusCode::CREATED, Json(answer)))
}

pub async fn clear(State(state): State<AppState>, session: Session, _: NoBody) -> Result<Json<Value>, Problem> {
    keep_verdict(&state, session.name.as_ref(), &session.world, SessionEnd::EntriesRemoved).await?;
    Ok(Json(json!({"removed": session.world.remove_entries()})))
}
