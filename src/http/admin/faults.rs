//! `/__admin/faults`: the rules of what goes wrong, with how often each met a request and fired.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::session::{Session, Text};
use crate::contract::nearest;
use crate::control::BODY;
use crate::fault;
use crate::http::problem::Problem;
use crate::mock::Mock;

pub async fn list(session: Session) -> Json<Value> {
    Json(json!({"faults": session.world.faults.list()}))
}

/// One rule or an array: all of them, or none.
pub async fn add(
    State(mock): State<Mock>,
    session: Session,
    Text(body): Text,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let mut rules = fault::read_all(BODY, &body).map_err(Problem::BadBody)?;
    for rule in &mut rules {
        if let Some(key) = &mut rule.matching.key {
            *key = name_of(&mock, key)?;
        }
    }
    let added: Vec<_> = rules.into_iter().map(|rule| session.world.faults.add(rule)).collect();
    Ok((StatusCode::CREATED, Json(json!({"faults": added}))))
}

pub async fn clear(session: Session) -> Json<Value> {
    Json(json!({"removed": session.world.faults.clear()}))
}

pub async fn remove(session: Session, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let number = id.parse().ok();
    if number.is_some_and(|id| session.world.faults.remove(id)) {
        return Ok(Json(json!({"removed": 1})));
    }
    Err(Problem::Absent { details: format!("There is no fault {id}; GET /__admin/faults lists them.") })
}

/// A key is meant by its name or by its token; the rule keeps the name alone.
fn name_of(mock: &Mock, meant: &str) -> Result<String, Problem> {
    if let Some(grant) = mock.keys().find(meant) {
        return Ok(grant.key.name.clone());
    }
    let names: Vec<&str> = mock.keys().list().iter().map(|key| key.name.as_str()).collect();
    if names.contains(&meant) {
        return Ok(meant.to_owned());
    }
    let likely = nearest(meant, names.iter().copied()).map(|name| format!(" Did you mean \"{name}\"?"));
    let details = format!(
        "match.key: no key has this name or token; the keys are {}.{}",
        names.join(", "),
        likely.unwrap_or_default()
    );
    Err(Problem::BadControl { details })
}
