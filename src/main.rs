//! `cortex-audit-mock`: parse, build, run.

use std::process::ExitCode;

use clap::Parser;
use cortex_audit_mock::cli::Cli;

fn main() -> ExitCode {
    Cli::parse().run()
}
