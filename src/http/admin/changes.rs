//! `/__admin/changes`: counters for a client that reloads only what has changed, once or as a stream of events. Costs little with a
//! million entries.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::extract::Session;
use crate::app_state::AppState;
use crate::world::{ClockReading, SessionName, World};

/// Between two looks at the counters for a stream.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);
/// Between two events when only the time is another.
const CLOCK_INTERVAL: Duration = Duration::from_secs(1);
/// Between two events when nothing is another: a connection without any traffic may be closed on the way.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);

pub async fn get(State(state): State<AppState>, headers: HeaderMap, Session { name, world }: Session) -> Response {
    if accepts_events(&headers) { events(state, name) } else { Json(read(&world)).into_response() }
}

fn read(world: &World) -> Value {
    // Read first, so that the rest of the response is never older than this number: at worst a client reloads once too often.
    let number = world.generation();
    let scenario = world.scenario_stats().map(|staged| staged.scenario.as_str());
    let (entries, arrivals) = world.store.counts();
    let ClockReading { now, frozen, system, .. } = world.clock.read();
    let (rate_limit, _) = world.scenario.limit(world.settings().rate_limit);
    json!({
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
        "rateLimit": rate_limit.to_string(),
    })
}

fn accepts_events(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).is_some_and(|value| value == "text/event-stream")
}

/// The counters as server-sent events: now, and whenever one of them is another. Ends with the session and with the server.
fn events(state: AppState, session: Option<SessionName>) -> Response {
    let mut ticks = interval(LOOK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let events = stream::unfold(EventSource { state, session, ticks, sent: None }, |mut source| async {
        let event = source.next().await?;
        Some((Ok::<_, Infallible>(format!("data: {event}\n\n")), source))
    });
    // nginx, the usual proxy, would collect the events otherwise.
    let headers = [
        (CONTENT_TYPE.as_str(), "text/event-stream"),
        (CACHE_CONTROL.as_str(), "no-store"),
        ("x-accel-buffering", "no"),
    ];
    (headers, Body::from_stream(events)).into_response()
}

struct EventSource {
    state: AppState,
    session: Option<SessionName>,
    ticks: Interval,
    /// The last event, and when it was sent.
    sent: Option<(Value, Instant)>,
}

impl EventSource {
    /// The next event; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Value> {
        loop {
            tokio::select! {
                _ = self.ticks.tick() => {}
                () = self.state.streams_ended() => return None,
            }
            let sessions = self.state.sessions();
            // A stream opens no session: one that was deleted would be back at once.
            let world = match &self.session {
                Some(name) => sessions.existing(name)?,
                None => sessions.world(None),
            };
            let changes = read(&world);
            if self.is_due(&changes) {
                self.sent = Some((changes.clone(), Instant::now()));
                return Some(changes);
            }
        }
    }

    fn is_due(&self, changes: &Value) -> bool {
        let Some((sent, at)) = &self.sent else { return true };
        let is_older_than = |interval| at.elapsed() >= interval;
        if changes == sent {
            is_older_than(KEEP_ALIVE_INTERVAL)
        } else {
            !is_same_but_time(changes, sent) || is_older_than(CLOCK_INTERVAL)
        }
    }
}

fn is_same_but_time(changes: &Value, sent: &Value) -> bool {
    let mut changes = changes.clone();
    changes["now"] = sent["now"].clone();
    changes == *sent
}
