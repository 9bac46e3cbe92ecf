//! The cost of recording each request, in the journal and in the observations of the verdict.
//!
//! `cargo bench --bench overhead` prints the figures of `docs/performance.md` and `docs/verdict.md`, and fails if one is
//! above its limit. Run as a test, it sends few requests and compares nothing with a limit.

#[path = "../common/client.rs"]
mod client;
#[path = "../common/quantile.rs"]
mod quantile;

mod journal;
mod verdict;

use std::process::ExitCode;

/// Any error ends the bench: it is printed, and the exit code is 1.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The measured queries: a full page, and the smallest one.
const QUERIES: [&str; 2] = ["pageSize=250", "pageSize=1"];

fn main() -> ExitCode {
    // Cargo passes `--bench` to a bench, nothing to a test.
    let judged = std::env::args().any(|argument| argument == "--bench");
    match measure(judged) {
        Ok(within) if within || !judged => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether every figure is within its limit.
fn measure(judged: bool) -> Result<bool> {
    let mut within = true;
    for query in QUERIES {
        within &= verdict::is_within_limit(query, judged);
        within &= journal::is_within_limit(query, judged)?;
    }
    Ok(within)
}
