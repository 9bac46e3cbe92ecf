//! What steering costs: opening a session over a million entries, and keeping the journal.
//!
//! `cargo bench --bench steer` prints the figures and fails when one is above its limit.

#[path = "../common/client.rs"]
mod client;
#[path = "../common/quantile.rs"]
mod quantile;

mod in_process;
mod over_a_socket;
mod sessions;

use std::process::ExitCode;
use std::time::Instant;

use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::world::{JournalRecord, RequestOutcome};

/// Nobody here could handle an error: it is printed, and the run has failed.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How a client asks: for a whole page, and for as little as can be.
const QUERIES: [&str; 2] = ["pageSize=250", "pageSize=1"];

fn main() -> ExitCode {
    // `cargo test --benches` only wants to know that it runs.
    let judged = std::env::args().any(|argument| argument == "--bench");
    match measured(judged) {
        Ok(within) if within || !judged => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every figure is within its limit.
fn measured(judged: bool) -> Result<bool> {
    let mut within = sessions::opened(if judged { 1_000_000 } else { 1000 });
    for query in QUERIES {
        within &= in_process::costs(query, judged);
        within &= over_a_socket::costs(query, judged)?;
    }
    Ok(within)
}

/// A record as `http` makes it.
fn record(query: &str, arrived: Instant) -> JournalRecord {
    JournalRecord {
        id: uuid::Uuid::from_u128(7),
        time: Timestamp::EPOCH,
        method: "GET".into(),
        path: "/api/v1/audit-logs".into(),
        query: query.into(),
        key: None,
        outcome: RequestOutcome::Status(200),
        duration: arrived.elapsed(),
        details: None,
        from_ui: false,
    }
}
