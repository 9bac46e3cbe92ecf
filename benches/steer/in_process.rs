//! What a request costs in this process, without any socket, and how much of that keeping it is.

use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::internal::{AppState, http};
use cortex_audit_mock::world::Journal;
use cortex_audit_mock::world::verdict::{Observation, Observations, PageSummary};
use cortex_audit_mock::{Config, RateLimit};
use tower::ServiceExt;

use crate::record;

/// What a request may cost with the journal, or with what the verdict needs, in multiples of one without. It is above what
/// a client may see of it (`over_a_socket`): without a socket a request is a fifth of what it is with one, and a record is
/// as much.
const LIMIT: f64 = 1.1;

/// What a request costs in this process, without any socket, and how much of that the journal is.
pub fn costs(query: &str, judged: bool) -> bool {
    let mock = AppState::load(&Config { rate_limit: RateLimit::Off, ..Config::default() }).expect("the built-in story");
    let router = http::app(mock);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let rounds = if judged { 2000 } else { 10 };
    let request = quickest(|| {
        runtime.block_on(async {
            for _ in 0..rounds {
                ask(&router, query).await;
            }
        });
    }) / rounds;
    let kept = Journal::default();
    let recording = quickest(|| {
        let arrived = Instant::now();
        for _ in 0..rounds {
            kept.add(black_box(record(query, arrived)));
        }
    }) / rounds;
    let ratio = request.as_secs_f64() / request.saturating_sub(recording).as_secs_f64();
    println!(
        "{query} in this process: a request {request:?}, of which the journal {recording:?}: ratio {ratio:.3} (at most {LIMIT})"
    );
    let judged = Observations::default();
    let judging = quickest(|| {
        judged.clear();
        for _ in 0..rounds {
            judged.add(black_box(observation(query)));
        }
    }) / rounds;
    let of_verdict = request.as_secs_f64() / request.saturating_sub(judging).as_secs_f64();
    println!("{query}: of which what the verdict needs {judging:?}: ratio {of_verdict:.3} (at most {LIMIT})");
    ratio <= LIMIT && of_verdict <= LIMIT
}

/// The shortest of many runs: what is left when nothing else disturbs.
fn quickest(run: impl Fn()) -> Duration {
    let time = |()| {
        let started = Instant::now();
        run();
        started.elapsed()
    };
    (0..15).map(|_| time(())).min().unwrap_or_default()
}

async fn ask(router: &http::App, query: &str) {
    let request = Request::get(format!("/api/v1/audit-logs?{query}")).header("Authorization", "Bearer mock-admin");
    let response = router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    black_box(to_bytes(response.into_body(), usize::MAX).await.expect("a body in memory"));
}

/// What it keeps for the verdict.
fn observation(query: &str) -> Observation {
    Observation {
        id: uuid::Uuid::from_u128(7),
        time: Timestamp::EPOCH,
        elapsed: Duration::ZERO,
        key: None,
        query: query.into(),
        status: 200,
        is_head: false,
        answered_before: 0,
        page: Some(PageSummary::new(0, 250, 3)),
        details: None,
    }
}
