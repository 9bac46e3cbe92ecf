//! The control plane: one file a subject. It never passes the limiter or the faults.

pub mod changes;
pub mod clock;
pub mod entries;
pub mod faults;
pub mod guard;
pub mod live;
pub mod requests;
pub mod scenario;
mod session;
pub mod sessions;
pub mod settings;
pub mod summary;
pub mod verdict;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app_state::AppState;
use session::Session;

/// `GET /__admin/health`: answers as soon as the port is bound, because the port is bound when all is loaded.
pub async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `GET /__admin/version`: what runs here.
pub async fn version(State(mock): State<AppState>, session: Session) -> Json<Value> {
    session.world.catch_up();
    Json(json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "entries": session.world.store.len(),
        "keys": mock.keys().list().len(),
        "now": session.world.clock.now(),
    }))
}
