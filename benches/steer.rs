//! What steering costs: opening a session over a million entries, and keeping the journal.
//!
//! `cargo bench --bench steer` prints the figures and fails when one is above its limit.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use cortex_audit_mock::contract::{Action, Actor, Entry, Query, Timestamp};
use cortex_audit_mock::store::Base;
use cortex_audit_mock::world::verdict::{Exchange, Served, Verdict};
use cortex_audit_mock::world::{Journal, Models, Record, SessionName, Sessions, Settings, Start};
use cortex_audit_mock::{Config, Mock, RateLimit, http};
use tower::ServiceExt;

/// What a request may cost with the journal, or with what the verdict needs, in multiples of one without: in this process
/// and without any socket. With a socket a request costs three times as much, so this is below 5 % of throughput.
const LIMIT: f64 = 1.1;

fn main() -> ExitCode {
    // `cargo test --benches` only wants to know that it runs.
    let judged = std::env::args().any(|argument| argument == "--bench");
    let size = if judged { 1_000_000 } else { 1000 };
    let within = [sessions(size), journal("pageSize=250", judged), journal("pageSize=1", judged)];
    if judged && within.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Opening a session shares the base: under a millisecond and under a megabyte.
fn sessions(size: u32) -> bool {
    let now = Timestamp::system();
    let base = Arc::new(Base::new((0..size).map(|number| entry(number, now))));
    let start = Start {
        models: Arc::new(Models::of(Arc::clone(&base), 42)),
        base,
        now: None,
        settings: Settings { rate_limit: RateLimit::default(), strict: false },
        live: None,
        scenario: None,
        faults: Vec::new(),
        seed: 42,
    };
    let sessions = Sessions::new(start);
    let before = resident_bytes();
    let mut times: Vec<Duration> = (0..Sessions::MOST)
        .map(|number| {
            let name: SessionName = format!("session-{number}").parse().expect("letters, digits and a hyphen");
            let started = Instant::now();
            black_box(sessions.world(Some(&name)));
            started.elapsed()
        })
        .collect();
    times.sort();
    let (median, slowest) = (times[times.len() / 2], times[times.len() - 1]);
    let bytes = resident_bytes().saturating_sub(before) / Sessions::MOST;
    println!(
        "opening a session over {size} entries: median {median:?}, slowest of 1000 {slowest:?}, {bytes} bytes each"
    );
    println!("  limits: 1 ms, 1 MB");
    median < Duration::from_millis(1) && bytes < 1_000_000
}

/// What a request costs in this process, without any socket, and how much of that the journal is.
fn journal(query: &str, judged: bool) -> bool {
    let mock = Mock::start(&Config { rate_limit: RateLimit::Off, ..Config::default() }).expect("the built-in story");
    let router = http::router(mock);
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
        for _ in 0..rounds {
            kept.add(black_box(record(query)));
        }
    }) / rounds;
    let ratio = request.as_secs_f64() / request.saturating_sub(recording).as_secs_f64();
    println!("{query}: a request {request:?}, of which the journal {recording:?}: ratio {ratio:.3} (at most {LIMIT})");
    let judged = Verdict::default();
    let judging = quickest(|| {
        judged.clear();
        for _ in 0..rounds {
            judged.add(black_box(exchange(query)));
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

async fn ask(router: &Router, query: &str) {
    let request = Request::get(format!("/api/v1/audit-logs?{query}")).header("Authorization", "Bearer mock-admin");
    let response = router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    black_box(to_bytes(response.into_body(), usize::MAX).await.expect("a body in memory"));
}

/// What `http::visit` keeps of a request.
fn record(query: &str) -> Record {
    Record {
        id: uuid::Uuid::from_u128(7),
        time: Timestamp::system(),
        method: "GET".into(),
        path: "/api/v1/audit-logs".into(),
        query: cortex_audit_mock::contract::query::without_secrets(query, |_| false).into(),
        key: None,
        status: 200,
        duration: Instant::now().elapsed(),
        findings: Vec::new(),
        problem: None,
        answered_by: None,
        from_page: false,
    }
}

/// What it keeps for the verdict.
fn exchange(query: &str) -> Exchange {
    let served = Served { query: Query::default(), arrivals: 0, entries: 250, total_pages: 3 };
    Exchange {
        id: uuid::Uuid::from_u128(7),
        time: Timestamp::system(),
        elapsed: Duration::ZERO,
        key: None,
        query: query.into(),
        status: 200,
        retry_after: None,
        findings: Vec::new(),
        head: false,
        knows: 0,
        served: Some(served),
        arrival: None,
    }
}

fn entry(number: u32, now: Timestamp) -> Entry {
    let actor = format!("person-{}@brightwave.example", number % 50);
    Entry {
        action: Action::Update,
        object_identifier: format!("service-{number}"),
        object_type: "SERVICE".to_owned(),
        timestamp: now.saturating_sub(Duration::from_secs(u64::from(number))),
        ip_address: Some("192.0.2.1".to_owned()),
        actor: Actor::derived_from(Some(&actor)),
        actor_identifier: Some(actor),
    }
}

/// Resident memory of this process, from `/proc`; 0 where there is none.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes =
        line.and_then(|line| line.split_whitespace().nth(1)).and_then(|number| number.parse::<usize>().ok());
    kilobytes.unwrap_or_default() * 1024
}
