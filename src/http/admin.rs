//! The control plane, a file a subject. No rate limit and no fault applies to it.
//!
//! A handler takes an [`extract::Session`], or [`extract::IgnoredSession`] if it is about no single one, and returns JSON or a
//! `Problem`. Both refuse unknown parameters.
//! `crate::control` parses the bodies.

pub mod changes;
pub mod clock;
pub mod entries;
pub mod export;
mod extract;
pub mod faults;
pub mod guard;
pub mod live;
pub mod openapi;
pub mod requests;
pub mod scenario;
pub mod sessions;
pub mod settings;
pub mod summary;
pub mod verdict;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app_state::AppState;
use crate::http::problem::Problem;
use extract::Session;

/// `GET /__admin/health`. The port is bound after everything is loaded, so a server that responds is ready.
pub async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// 404 of a path below `/__admin` that has no call. Like every 404 it does not repeat the path.
pub async fn unknown_call(State(state): State<AppState>) -> Problem {
    let base_path = state.base_path().as_str();
    let details =
        format!("The control plane has no such call; {base_path}/__admin/openapi.json describes all that it has.");
    Problem::ItemNotFound { details }
}

/// `GET /__admin/version`
pub async fn version(State(state): State<AppState>, session: Session) -> Json<Value> {
    session.world.catch_up();
    Json(json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "entries": session.world.store.len(),
        "keys": state.keys().list().len(),
        "now": session.world.clock.now(),
    }))
}
