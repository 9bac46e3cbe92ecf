//! `/__admin/clock`: reads, sets and advances the clock of a world.

use axum::Json;
use serde_json::{Value, json};

use super::extract::{NoBody, Session, Text};
use crate::control::{self, ClockChange};
use crate::http::problem::Problem;
use crate::world::clock::Clock;

pub async fn get(session: Session) -> Json<Value> {
    to_json(&session.world.clock)
}

pub async fn set(session: Session, Text(body, _memory): Text) -> Result<Json<Value>, Problem> {
    let world = &session.world;
    let ClockChange { now, frozen } = control::clock(&body, &world.clock.read()).map_err(Problem::BadBody)?;
    if frozen {
        world.freeze_clock(now)
    } else {
        world.run_clock(now)
    }
    Ok(to_json(&world.clock))
}

pub async fn advance(session: Session, Text(body, _memory): Text) -> Result<Json<Value>, Problem> {
    let by = control::advance(&body, &session.world.clock.read()).map_err(Problem::BadBody)?;
    session.world.advance(by);
    Ok(to_json(&session.world.clock))
}

pub async fn follow_system(session: Session, _: NoBody) -> Json<Value> {
    session.world.follow_system_clock();
    to_json(&session.world.clock)
}

fn to_json(clock: &Clock) -> Json<Value> {
    let reading = clock.read();
    Json(json!({"now": reading.now, "frozen": reading.frozen, "system": reading.system}))
}
