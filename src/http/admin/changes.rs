//! `/__admin/changes`: counters for a poller, which reloads only what has changed. Costs little with a million entries.

use axum::Json;
use serde_json::{Value, json};

use super::extract::Session;
use crate::world::ClockReading;

pub async fn get(Session { world, .. }: Session) -> Json<Value> {
    // Read first, so that the rest of the response is never older than this number: at worst a poller reloads once too often.
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
