//! The built server beside a bare axum server that returns one ready-made body: what a user pays for everything that the
//! stand-in does. It prints the table of `docs/performance.md`, ready to be pasted.
//!
//! - `cargo bench --bench server` measures all rows, about a minute on two cores. The exit code is 1 when a figure is above
//!   its limit, which leaves room above the target for what else a machine does.
//! - `cargo bench --bench server -- cpu growth` measures some: see [`ROWS`].
//! - `cargo bench --bench server -- --beside NAME http://127.0.0.1:PORT/PATH COMMAND…` starts another server and compares it
//!   with the bare one; `benches/others/run` does so with those that people use instead.
//! - Run as a test, it does everything once and judges nothing.
//!
//! The figures are CPU time of the server's process wherever that says enough, and ratios of what was measured in turn:
//! so they mean the same on another machine.

#[path = "../common/mod.rs"]
mod common;

mod appending;
mod beside;
mod cpu;
mod ends;
mod filters;
mod growth;
mod lab;
mod latency;
mod load;
mod loading;
mod processor;
mod scale;
mod sessions;
mod size;
mod starts;
mod straightforward;
mod table;

use std::env;
use std::process::ExitCode;

use common::{Result, bare};
use lab::Lab;
use table::Outcome;

/// How often rows are measured before they count as above their limit: a server that is really too slow is so each time.
const ATTEMPTS: usize = 3;

type Measure = fn(&Lab) -> Result<Vec<Outcome>>;

/// What can be named on the command line, and what it measures. Those that start servers of their own come before those
/// that share one, and what takes microseconds before the system has much to write to the disk.
const ROWS: [(&str, Measure); 8] = [
    ("size", size::measure),
    ("start", starts::measure),
    ("cpu", cpu::measure),
    ("load", loading::measure),
    ("ends", ends::measure),
    ("growth", growth::measure),
    ("append", appending::measure),
    ("session", sessions::measure),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    // Cargo says `--bench` when it benches, and nothing when it tests.
    let (judged, asked): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|argument| *argument == "--bench");
    let scale = if judged.is_empty() { &scale::TINY } else { &scale::WHOLE };
    let done = match asked.as_slice() {
        [bare::FLAG, length] => bare::serve(length).map(|()| true),
        [straightforward::FLAG, file, port] => straightforward::serve(file, port).map(|()| true),
        [beside::FLAG, name, url, command @ ..] => beside::compare(scale, name, url, command).map(|()| true),
        names => all_rows(scale, names),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every figure of the rows that were asked for is within its limit.
fn all_rows(scale: &'static scale::Scale, names: &[&str]) -> Result<bool> {
    if let Some(unknown) = names.iter().find(|name| ROWS.iter().all(|(row, _)| row != *name)) {
        return Err(format!("no row {unknown:?}; there are {}", ROWS.map(|(row, _)| row).join(", ")).into());
    }
    let lab = Lab::new(scale)?;
    let mut within = true;
    table::print_head();
    for (name, measure) in ROWS {
        if names.is_empty() || names.contains(&name) {
            let outcomes = if scale.judged { until_within(name, || measure(&lab))? } else { measure(&lab)? };
            for outcome in &outcomes {
                table::print(outcome, scale.judged);
            }
            within &= outcomes.iter().all(Outcome::within_limit);
        }
    }
    Ok(within || !scale.judged)
}

/// Measures again what may have been disturbed; not what is far above its limit.
fn until_within(name: &str, measure: impl Fn() -> Result<Vec<Outcome>>) -> Result<Vec<Outcome>> {
    let mut outcomes = measure()?;
    for _ in 1..ATTEMPTS {
        if outcomes.iter().all(Outcome::within_limit)
            || outcomes.iter().any(|outcome| outcome.figure > 2.0 * outcome.limit)
        {
            break;
        }
        eprintln!("{name}: once more, because a figure is above its limit");
        outcomes = measure()?;
    }
    Ok(outcomes)
}
