//! `/__admin/live`: live activity, new entries over time.

use axum::Json;
use serde_json::{Value, json};

use super::extract::{NoBody, Session, Text};
use crate::control;
use crate::duration;
use crate::http::problem::Problem;
use crate::world::{Activity, World};

pub async fn get(session: Session) -> Json<Value> {
    to_json(&session.world)
}

pub async fn set(session: Session, Text(body, _memory): Text) -> Result<Json<Value>, Problem> {
    let activity = control::live(&body).map_err(Problem::BadBody)?;
    let limit = session.world.entry_limit();
    if limit.is_reached() {
        let details = format!("Live activity would add nothing: {limit}");
        return Err(Problem::BadControlRequest { details });
    }
    session.world.set_live(Some(activity));
    Ok(to_json(&session.world))
}

pub async fn stop(session: Session, _: NoBody) -> Json<Value> {
    session.world.set_live(None);
    to_json(&session.world)
}

fn to_json(world: &World) -> Json<Value> {
    Json(match world.live.activity() {
        None => json!({"rate": "off"}),
        Some(Activity { rate, lateness, burst }) => {
            json!({"rate": rate.to_string(), "lateness": duration::format(lateness), "burst": burst})
        }
    })
}
