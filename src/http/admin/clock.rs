//! `/__admin/clock`: the one time of a world, shown and moved.

use axum::Json;
use serde_json::{Value, json};

use super::session::{Session, Text};
use crate::control;
use crate::http::problem::Problem;
use crate::world::{Clock, World};

pub async fn get(session: Session) -> Json<Value> {
    shown(&session.world.clock)
}

pub async fn set(session: Session, Text(body): Text) -> Result<Json<Value>, Problem> {
    let clock = &session.world.clock;
    let (now, frozen) = control::clock(&body, &clock.read()).map_err(Problem::BadBody)?;
    before_moving(&session.world);
    clock.set(now, frozen);
    Ok(shown(clock))
}

pub async fn advance(session: Session, Text(body): Text) -> Result<Json<Value>, Problem> {
    let by = control::advance(&body, &session.world.clock.read()).map_err(Problem::BadBody)?;
    before_moving(&session.world);
    session.world.clock.advance(by);
    Ok(shown(&session.world.clock))
}

pub async fn follow_system(session: Session) -> Json<Value> {
    before_moving(&session.world);
    session.world.clock.follow_system();
    shown(&session.world.clock)
}

/// What was due before the move is stamped by the time before it.
fn before_moving(world: &World) {
    world.catch_up();
}

fn shown(clock: &Clock) -> Json<Value> {
    let reading = clock.read();
    Json(json!({"now": reading.now, "frozen": reading.frozen, "system": reading.system}))
}
