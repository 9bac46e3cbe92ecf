//! The control plane: never behind keys or the limiter.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::mock::Mock;

/// `GET /__admin/health`: answers as soon as the port is bound, because the port is bound when all is loaded.
pub async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `GET /__admin/version`: what runs here.
pub async fn version(State(mock): State<Mock>) -> Json<Value> {
    let world = mock.world();
    Json(json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "entries": world.store.len(),
        "keys": mock.keys().list().len(),
        "now": world.clock.now(),
    }))
}
