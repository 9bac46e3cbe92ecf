//! The built server compared with a bare axum server, which returns one constant body. Prints the table of
//! `docs/performance.md` as Markdown.
//!
//! - `cargo bench --bench server` measures all rows, about two minutes on two cores. The exit code is 1 if a figure is above
//!   its limit, which leaves room above the target for other work on the machine.
//! - `cargo bench --bench server -- cpu growth` measures some rows: see [`ROWS`].
//! - `cargo bench --bench server -- --other-server NAME http://127.0.0.1:PORT/PATH COMMAND…` starts another server and
//!   compares it with the bare one; `benches/other_servers/run` does so for several.
//! - Run as a test, it measures everything once on a small scale and compares nothing with a limit.
//!
//! Figures are CPU time of the server's process where possible, and ratios of alternate measurements, so that they hold
//! for other machines.

#[path = "../common/mod.rs"]
mod common;

mod append_latency;
mod cpu_pinning;
mod edge_pages;
mod filters;
mod fixture_loading;
mod generated_start;
mod growth;
mod judging_latency;
mod latency;
mod load_generator;
mod naive_server;
mod other_server;
mod request_cpu;
mod scale;
mod session_opening;
mod setup;
mod startup;
mod table;

use std::env;
use std::process::ExitCode;

use common::{Result, bare_server};
use scale::Scale;
use setup::Setup;
use table::Row;

/// Measurements of a row before it counts as above its limit: other work on the machine can disturb one of them.
const ATTEMPTS: usize = 3;

type Measure = fn(&Setup) -> Result<Vec<Row>>;

/// The names on the command line, and their measurements. Those that start servers of their own come before those that
/// share one, and those of microseconds before the system writes much to the disk.
const ROWS: [(&str, Measure); 10] = [
    ("size", startup::binary_size),
    ("start", startup::first_response),
    ("cpu", request_cpu::measure),
    ("load", fixture_loading::measure),
    ("generate", generated_start::measure),
    ("edges", edge_pages::measure),
    ("growth", growth::measure),
    ("append", append_latency::measure),
    ("session", session_opening::measure),
    ("verdict", judging_latency::measure),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    // Cargo passes `--bench` to a bench, nothing to a test.
    let (bench, rest): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|argument| *argument == "--bench");
    let scale = if bench.is_empty() { &scale::SMALL } else { &scale::FULL };
    let result = match rest.as_slice() {
        [bare_server::FLAG, length] => bare_server::serve(length).map(|()| true),
        [naive_server::FLAG, file, port] => naive_server::serve(file, port).map(|()| true),
        [other_server::FLAG, name, url, command @ ..] => {
            other_server::compare(scale, name, url, command).map(|()| true)
        }
        names => measure_rows(scale, names),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures the named rows, or all; returns whether every figure is within its limit.
fn measure_rows(scale: &'static Scale, names: &[&str]) -> Result<bool> {
    if let Some(unknown) = names.iter().find(|name| ROWS.iter().all(|(row, _)| row != *name)) {
        return Err(format!("no row {unknown:?}; there are {}", ROWS.map(|(row, _)| row).join(", ")).into());
    }
    let setup = Setup::new(scale)?;
    let mut within = true;
    table::print_head();
    for (name, measure) in ROWS {
        if names.is_empty() || names.contains(&name) {
            let rows = if scale.judged { measure_with_retries(name, || measure(&setup))? } else { measure(&setup)? };
            for row in &rows {
                table::print(row, scale.judged);
            }
            within &= rows.iter().all(Row::is_within_limit);
        }
    }
    Ok(within || !scale.judged)
}

/// Measures again if a figure is above its limit, but not far above.
fn measure_with_retries(name: &str, measure: impl Fn() -> Result<Vec<Row>>) -> Result<Vec<Row>> {
    let mut rows = measure()?;
    for _ in 1..ATTEMPTS {
        if rows.iter().all(Row::is_within_limit) || rows.iter().any(|row| row.figure > 2.0 * row.limit) {
            break;
        }
        eprintln!("{name}: measured again, because a figure is above its limit");
        rows = measure()?;
    }
    Ok(rows)
}
