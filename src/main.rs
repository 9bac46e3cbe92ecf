//! `cortex-audit-mock`: parse, build, run.

use std::process::ExitCode;

fn main() -> ExitCode {
    cortex_audit_mock::internal::cli::run()
}
