//! `/__admin/faults`: the fault rules of a world, with how often each matched a request and fired.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::extract::{Session, Text};
use crate::app_state::AppState;
use crate::control::BODY;
use crate::fault::{self, RequestMatcher};
use crate::http::problem::Problem;
use crate::http::redact::Secrets;
use crate::http::size_limits::MAX_URI_BYTES;
use crate::json_file::{FileError, FileErrors};
use crate::text::did_you_mean;
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
    let many = body.trim_start().starts_with('[');
    let mut errors = Vec::new();
    for (number, rule) in (1..).zip(&mut rules) {
        let wrong = |field: &str, reason: String| FileError {
            file: BODY.to_owned(),
            position: None,
            item: many.then(|| format!("fault {number}")),
            field: Some(field.to_owned()),
            reason,
        };
        let RequestMatcher { key, page: _, query } = &mut rule.matcher;
        let query_bytes: usize = query.iter().map(|(name, value)| name.len() + value.len()).sum();
        if query_bytes > MAX_URI_BYTES {
            let reason =
                format!("is {query_bytes} bytes long; no request has more than {MAX_URI_BYTES} of path and query");
            errors.push(wrong("match.query", reason));
        }
        if let Some(key) = key {
            match key_name(&state, key) {
                Ok(name) => *key = name,
                Err(reason) => errors.push(wrong("match.key", reason)),
            }
        }
    }
    if !errors.is_empty() {
        return Err(Problem::BadBody(FileErrors(errors)));
    }
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

pub async fn clear(session: Session) -> Json<Value> {
    Json(json!({"removed": session.world.faults.clear()}))
}

pub async fn remove(session: Session, path: Result<Path<String>, PathRejection>) -> Result<Json<Value>, Problem> {
    // The message does not repeat a text that is no number: it may be a token.
    let number = path.ok().and_then(|Path(id)| id.parse::<u64>().ok());
    if number.is_some_and(|id| session.world.faults.remove(id)) {
        return Ok(Json(json!({"removed": 1})));
    }
    let id = number.map_or_else(|| "of that number".to_owned(), |id| id.to_string());
    Err(Problem::ItemNotFound { details: format!("There is no fault {id}; GET /__admin/faults lists them.") })
}

/// The name of a key that is given by its name or its token. Only the name is kept.
pub fn key_name(state: &AppState, given: &str) -> Result<String, String> {
    let keys = state.keys();
    if let Some(key) = keys.find(given) {
        return Ok(key.name.clone());
    }
    let names: Vec<&str> = keys.list().iter().map(|key| key.name.as_str()).collect();
    if names.contains(&given) {
        return Ok(given.to_owned());
    }
    // The message does not repeat the text: it may be a mistyped token.
    let likely = did_you_mean(given, names.iter().copied());
    let names = names.join(", ");
    Err(format!("no key has this name or token; the keys are {names}{likely}"))
}
