//! `GET /api/v1/audit-logs`: the mission.

use axum::Json;
use axum::extract::{RawQuery, State};

use super::caller::Caller;
use super::problem::Problem;
use super::request_id::RequestId;
use crate::contract::{Finding, Page, query};
use crate::keys::VIEW_AUDIT_LOGS;
use crate::mock::Mock;

pub async fn get(
    State(mock): State<Mock>,
    id: RequestId,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Json<Page>, Problem> {
    caller.must_have(VIEW_AUDIT_LOGS)?;
    let world = mock.world();
    let raw = raw.unwrap_or_default();
    match query::parse(&raw, &world.store.vocabulary(), world.strict) {
        Ok(parsed) => {
            log(&id, &caller, &parsed.notes);
            Ok(Json(world.store.page(&parsed.query)))
        }
        Err(rejected) => {
            log(&id, &caller, &rejected.notes);
            Err(Problem::BadRequest { problems: rejected.problems })
        }
    }
}

/// Tells the developer at the terminal why a client gets less, or more, than it seems to ask for.
fn log(id: &RequestId, caller: &Caller, notes: &[Finding]) {
    for note in notes {
        tracing::warn!(rule = note.rule, key = %caller, request = %id, "{note}");
    }
}
