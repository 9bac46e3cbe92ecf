//! What opening a session costs over a million entries.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cortex_audit_mock::RateLimit;
use cortex_audit_mock::contract::{Action, Entry, Timestamp};
use cortex_audit_mock::internal::store::BaseSegment;
use cortex_audit_mock::internal::{LiveSource, WorldTemplate};
use cortex_audit_mock::world::{SessionName, Sessions, Settings};

/// Opening a session shares the base: under a millisecond and under a megabyte.
pub fn opened(size: u32) -> bool {
    let now = Timestamp::now();
    let base = Arc::new(BaseSegment::new((0..size).map(|number| entry(number, now))));
    let start = WorldTemplate {
        live_source: Arc::new(LiveSource::new(Arc::clone(&base), 42)),
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
    let mut times: Vec<Duration> = (0..Sessions::MAX_SESSIONS)
        .map(|number| {
            let name: SessionName = format!("session-{number}").parse().expect("letters, digits and a hyphen");
            let started = Instant::now();
            black_box(sessions.world(Some(&name)));
            started.elapsed()
        })
        .collect();
    times.sort();
    let (median, slowest) = (times[times.len() / 2], times[times.len() - 1]);
    let bytes = resident_bytes().saturating_sub(before) / Sessions::MAX_SESSIONS;
    println!(
        "opening a session over {size} entries: median {median:?}, slowest of 1000 {slowest:?}, {bytes} bytes each"
    );
    println!("  limits: 1 ms, 1 MB");
    median < Duration::from_millis(1) && bytes < 1_000_000
}

fn entry(number: u32, now: Timestamp) -> Entry {
    let actor = format!("person-{}@brightwave.example", number % 50);
    let timestamp = now.saturating_sub(Duration::from_secs(u64::from(number)));
    let entry = Entry::new(Action::Update, "SERVICE", format!("service-{number}"), timestamp).with_actor(&actor);
    Entry { ip_address: Some("192.0.2.1".to_owned()), ..entry }
}

/// Resident memory of this process, from `/proc`; 0 where there is none.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes =
        line.and_then(|line| line.split_whitespace().nth(1)).and_then(|number| number.parse::<usize>().ok());
    kilobytes.unwrap_or_default() * 1024
}
