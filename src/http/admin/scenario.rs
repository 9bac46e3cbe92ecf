//! `/__admin/scenario`: data that moves while a client reads it.

use axum::Json;
use serde_json::{Value, json};

use super::session::{Session, Text};
use crate::control;
use crate::http::problem::Problem;
use crate::world::{Staged, World};

pub async fn get(session: Session) -> Json<Value> {
    shown(&session.world)
}

pub async fn set(session: Session, Text(body): Text) -> Result<Json<Value>, Problem> {
    let scenario = control::scenario(&body).map_err(Problem::BadBody)?;
    session.world.set_scenario(scenario);
    Ok(shown(&session.world))
}

pub async fn stop(session: Session) -> Json<Value> {
    session.world.set_scenario(None);
    shown(&session.world)
}

fn shown(world: &World) -> Json<Value> {
    Json(match world.scenario.staged() {
        None => json!({"name": "off"}),
        Some(Staged { scenario, pages, added }) => json!({"name": scenario.as_str(), "pages": pages, "added": added}),
    })
}
