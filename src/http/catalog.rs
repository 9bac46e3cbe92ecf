//! `GET /api/v1/catalog`: an empty page, all that `cortex login` needs (CATALOG-EMPTY).

use axum::Json;
use serde_json::{Value, json};

use super::admitted_request::AdmittedRequest;

/// Responds to any valid key.
pub async fn get(_: AdmittedRequest) -> Json<Value> {
    Json(json!({"entities": [], "page": 0, "total": 0, "totalPages": 0}))
}
