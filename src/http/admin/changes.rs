//! `/__admin/changes`: whether anything in a world is another than at the last look, at little cost.

use axum::Json;
use serde_json::{Value, json};

use super::session::Session;
use crate::world::ClockReading;

pub async fn get(Session { world, .. }: Session) -> Json<Value> {
    // First, so that what is told beside it is never older: a look too many does no harm.
    let number = world.generation();
    let scenario = world.scenario_stats().map(|staged| staged.scenario.as_str());
    let (entries, arrivals) = world.store.counts();
    let ClockReading { now, frozen, system, .. } = world.clock.read();
    Json(json!({
        "world": number,
        "now": now,
        "frozen": frozen,
        "system": system,
        "entries": entries,
        "arrivals": arrivals,
        "requests": world.journal.changes(),
        "live": world.live.is_on(),
        "scenario": scenario,
        "faults": world.faults.list().iter().filter(|listed| !listed.of_key).count(),
    }))
}
