//! `/__admin/live`: new entries over time.

use axum::Json;
use serde_json::{Value, json};

use super::session::{Session, Text};
use crate::control;
use crate::duration::written;
use crate::http::problem::Problem;
use crate::world::{Activity, World};

pub async fn get(session: Session) -> Json<Value> {
    shown(&session.world)
}

pub async fn set(session: Session, Text(body): Text) -> Result<Json<Value>, Problem> {
    let activity = control::live(&body).map_err(Problem::BadBody)?;
    Ok(begin(&session.world, activity))
}

pub async fn stop(session: Session) -> Json<Value> {
    begin(&session.world, None)
}

/// What was due of the activity before is brought in first.
fn begin(world: &World, activity: Option<Activity>) -> Json<Value> {
    world.catch_up();
    world.live.set(activity, &world.clock.read());
    shown(world)
}

fn shown(world: &World) -> Json<Value> {
    Json(match world.live.activity() {
        None => json!({"rate": "off"}),
        Some(Activity { rate, lateness, burst }) => {
            json!({"rate": rate.to_string(), "lateness": written(lateness), "burst": burst})
        }
    })
}
