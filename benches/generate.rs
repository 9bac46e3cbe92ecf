//! Time and memory to write a million entries with `generate`.
//!
//! `cargo bench --bench generate` prints the figures of `docs/generated-data.md` and fails if one is above its limit. Run as
//! a test, it generates a thousand entries and compares nothing with a limit.

#[path = "common/memory.rs"]
mod memory;

use std::env;
use std::error::Error;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// The target, for the machine of the document.
const TARGET: Duration = Duration::from_secs(3);
/// The limit, for a machine half as fast.
const MAX_TIME: Duration = Duration::from_secs(6);
/// The limit of the peak memory in megabytes.
const MAX_MEMORY: u64 = 100;
/// Runs, of which the fastest is the figure: other work on the machine disturbs it least.
const RUNS: usize = 3;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<ExitCode> {
    // Cargo passes `--bench` to a bench, nothing to a test.
    let judged = env::args().any(|argument| argument == "--bench");
    let (count, runs) = if judged { ("1000000", RUNS) } else { ("1000", 1) };
    let runs = (0..runs).map(|_| generate(count)).collect::<Result<Vec<_>>>()?;
    let (time, memory) = runs.into_iter().min().expect("at least one run");
    println!(
        "generate {count}: {time:.2?} (target {TARGET:?}, at most {MAX_TIME:?}), {memory} MB (at most {MAX_MEMORY})"
    );
    let within = time <= MAX_TIME && memory <= MAX_MEMORY;
    Ok(if within || !judged { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs `generate`; returns time and peak memory in megabytes.
fn generate(count: &str) -> Result<(Duration, u64)> {
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cortex-audit-mock"));
    let mut child = command.args(["generate", count]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let peak = watch_peak(child.id());
    std::io::copy(&mut child.stdout.take().expect("piped"), &mut std::io::sink())?;
    let status = child.wait()?;
    let time = started.elapsed();
    if !status.success() {
        return Err(format!("generate ended with {status}").into());
    }
    Ok((time, peak()))
}

/// Watches the peak memory of a process until the returned function is called, which returns it in megabytes; 0 without
/// `/proc`.
fn watch_peak(process: u32) -> impl FnOnce() -> u64 {
    let (stop, stopped) = mpsc::channel::<()>();
    let watcher = thread::spawn(move || {
        let mut peak = 0;
        while stopped.recv_timeout(Duration::from_millis(5)) == Err(RecvTimeoutError::Timeout) {
            peak = peak.max(memory::kib(process, "VmHWM").unwrap_or_default() / 1024);
        }
        peak
    });
    move || {
        drop(stop);
        watcher.join().unwrap_or_default()
    }
}
