//! `GET /api/v1/catalog`: an empty page, which is all that `cortex login` asks for (CATALOG-EMPTY).

use axum::Json;
use serde_json::{Value, json};

use super::caller::Caller;

pub async fn get(_caller: Caller) -> Json<Value> {
    Json(json!({"entities": [], "page": 0, "total": 0, "totalPages": 0}))
}
