//! The control plane, a file a subject. No rate limit and no fault applies to it.
//!
//! A handler takes an [`extract::Session`], or [`extract::IgnoredSession`] if it is about no single one, and returns JSON or a
//! `Problem`. Both refuse unknown parameters.
//! `crate::control` parses the bodies.

mod blocking;
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
use extract::Session;

/// `GET /__admin/health`. The port is bound after everything is loaded, so a server that responds is ready.
pub async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
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
