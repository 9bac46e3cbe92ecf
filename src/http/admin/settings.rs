//! `/__admin/settings`: the rate limit, strictness and reading of offsets of a world.

use axum::Json;
use serde_json::{Value, json};

use super::extract::{Session, Text};
use crate::control;
use crate::http::problem::Problem;
use crate::world::Settings;

pub async fn get(session: Session) -> Json<Value> {
    to_json(session.world.settings())
}

pub async fn change(session: Session, Text(body, _memory): Text) -> Result<Json<Value>, Problem> {
    session.world.change_settings(|settings| {
        *settings = control::settings(&body, *settings).map_err(Problem::BadBody)?;
        Ok(to_json(*settings))
    })
}

fn to_json(settings: Settings) -> Json<Value> {
    let Settings { rate_limit, strict, offsets } = settings;
    Json(json!({"rateLimit": rate_limit.to_string(), "strict": strict, "offsets": offsets}))
}
