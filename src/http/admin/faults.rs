//! `/__admin/faults`: the fault rules of a world, with how often each matched a request and fired.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::extract::{NoBody, Session, Text};
use crate::app_state::{AppState, check_faults};
use crate::control::BODY;
use crate::fault;
use crate::http::problem::Problem;
use crate::http::redact::Secrets;
use crate::world::{FaultRuleState, Faults};

pub async fn list(State(state): State<AppState>, session: Session, headers: HeaderMap) -> Json<Value> {
    Json(listed(&session.world.faults.list(), &Secrets::new(&state, &headers)))
}

/// The rules as JSON. A rule may match requests by a token in their query, which no listing shows.
fn listed(rules: &[FaultRuleState], secrets: &Secrets) -> Value {
    let mut listed = json!({"faults": rules});
    secrets.redact_json(&mut listed);
    listed
}

/// Adds one rule or an array: all of them, or none if one is wrong.
pub async fn add(
    State(state): State<AppState>,
    session: Session,
    headers: HeaderMap,
    Text(body, _memory): Text,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let mut rules = fault::read_all(BODY, &body).map_err(Problem::BadBody)?;
    check_faults(&mut rules, BODY, &state.keys()).map_err(Problem::BadBody)?;
    let added = session.world.faults.add_within_limit(rules).map_err(|present| {
        let max = Faults::MAX_RULES;
        let details = format!(
            "No rule was added: a session can have {max} beside those of keys, and this one has {present}. \
             DELETE /__admin/faults removes them."
        );
        Problem::BadControlRequest { details }
    })?;
    Ok((StatusCode::CREATED, Json(listed(&added, &Secrets::new(&state, &headers)))))
}

pub async fn clear(session: Session, _: NoBody) -> Json<Value> {
    Json(json!({"removed": session.world.faults.clear()}))
}

pub async fn remove(
    session: Session,
    path: Result<Path<String>, PathRejection>,
    _: NoBody,
) -> Result<Json<Value>, Problem> {
    // The message does not repeat a text that is no number: it may be a token.
    let number = path.ok().and_then(|Path(id)| id.parse::<u64>().ok());
    if number.is_some_and(|id| session.world.faults.remove(id)) {
        return Ok(Json(json!({"removed": 1})));
    }
    let id = number.map_or_else(|| "of that number".to_owned(), |id| id.to_string());
    Err(Problem::ItemNotFound { details: format!("There is no fault {id}; GET /__admin/faults lists them.") })
}
