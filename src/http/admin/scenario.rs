//! `/__admin/scenario`: data that moves while a client reads it.

use axum::Json;
use serde_json::{Value, json};

use super::extract::{NoBody, Session, Text};
use crate::control::{self, ScenarioStart};
use crate::http::problem::Problem;
use crate::world::{ScenarioStats, World};

pub async fn get(session: Session) -> Json<Value> {
    to_json(&session.world)
}

pub async fn set(session: Session, Text(body, _memory): Text) -> Result<Json<Value>, Problem> {
    let ScenarioStart { scenario, seed } = control::scenario(&body).map_err(Problem::BadBody)?;
    let limit = session.world.entry_limit();
    if scenario.adds_entries() && limit.is_reached() {
        let details = format!("The scenario would add nothing: {limit}");
        return Err(Problem::BadControlRequest { details });
    }
    match seed {
        Some(seed) => session.world.set_scenario_with_seed(scenario, seed),
        None => session.world.set_scenario(scenario),
    }
    Ok(to_json(&session.world))
}

pub async fn stop(session: Session, _: NoBody) -> Json<Value> {
    session.world.set_scenario(None);
    to_json(&session.world)
}

fn to_json(world: &World) -> Json<Value> {
    let Some(ScenarioStats { scenario, seed, pages, added, refused, failed }) = world.scenario_stats() else {
        return Json(json!({"name": "off"}));
    };
    let name = scenario.as_str();
    Json(json!({"name": name, "seed": seed, "pages": pages, "added": added, "refused": refused, "failed": failed}))
}
