//! `cortex-audit-mock`: parse, build, run.

use std::process::ExitCode;

/// A request allocates some dozens of times, on whichever thread: with the system's allocator that is a fifth of its cost.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cortex_audit_mock::cli::run()
}
