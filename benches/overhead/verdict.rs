//! The cost of an observation for the verdict, compared with a request through the router in this process.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::internal::{AppState, http};
use cortex_audit_mock::world::verdict::{Observation, Observations, PageSummary};
use cortex_audit_mock::{Config, Key, RateLimit};
use tower::ServiceExt;

/// The largest ratio of a request to one without the observation. Without a socket a request takes a fifth of the time, so
/// the share of the observation is larger than clients see.
const MAX_RATIO: f64 = 1.1;

/// Prints the ratio, and returns whether it is within the limit.
pub fn is_within_limit(query: &str, judged: bool) -> bool {
    let mock = AppState::load(&Config { rate_limit: RateLimit::Off, ..Config::default() }).expect("the built-in story");
    let key = Arc::clone(&mock.keys().list()[0]);
    let app = http::app(mock);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let rounds = if judged { 2000 } else { 10 };
    let request = shortest(|| {
        runtime.block_on(async {
            for _ in 0..rounds {
                send(&app, query).await;
            }
        });
    }) / rounds;
    let observations = Observations::default();
    let observation = shortest(|| {
        observations.clear();
        for _ in 0..rounds {
            observations.add(black_box(observation(query, &key)));
        }
    }) / rounds;
    let ratio = request.as_secs_f64() / request.saturating_sub(observation).as_secs_f64();
    println!(
        "{query} in this process: a request {request:?}, of which the observation {observation:?}: \
         ratio {ratio:.3} (at most {MAX_RATIO})"
    );
    ratio <= MAX_RATIO
}

/// The shortest time of several runs, which other work on the machine disturbed least.
fn shortest(run: impl Fn()) -> Duration {
    let time = |()| {
        let started = Instant::now();
        run();
        started.elapsed()
    };
    (0..15).map(|_| time(())).min().unwrap_or_default()
}

async fn send(app: &http::App, query: &str) {
    let request = Request::get(format!("/api/v1/audit-logs?{query}")).header("Authorization", "Bearer mock-admin");
    let response = app.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    black_box(to_bytes(response.into_body(), usize::MAX).await.expect("a body in memory"));
}

/// The observation of a request.
fn observation(query: &str, key: &Arc<Key>) -> Observation {
    Observation {
        id: uuid::Uuid::from_u128(7),
        time: Timestamp::EPOCH,
        elapsed: Duration::ZERO,
        received_at: Instant::now(),
        answered_at: Instant::now(),
        connection: None,
        key: Arc::clone(key),
        query: query.into(),
        status: 200,
        is_head: false,
        answered_before: 0,
        page: Some(PageSummary::new(0, 250, 3)),
        details: None,
    }
}
