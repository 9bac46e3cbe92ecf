//! The command line: one file a command.

mod healthcheck;
mod serve;
mod validate;
mod value;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A stand-in for Cortex's audit-log API: GET /api/v1/audit-logs.
///
/// Without a command it serves. Try it with the built-in data and keys:
/// `curl -H 'Authorization: Bearer mock-admin' http://127.0.0.1:8080/api/v1/audit-logs`
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default).
    Serve(serve::Args),
    /// Check entry files and say what is in them.
    Validate(validate::Args),
    /// Ask a running server whether it answers; for a container's HEALTHCHECK.
    Healthcheck(healthcheck::Args),
}

impl Cli {
    /// Runs the command; its messages are on standard error, its exit code is 0, or 1 when it failed.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let done = match self.command.unwrap_or(Command::Serve(self.serve)) {
            Command::Serve(args) => serve::run(&args),
            Command::Validate(args) => validate::run(&args),
            Command::Healthcheck(args) => healthcheck::run(&args),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                eprintln!("error: {message}");
                ExitCode::FAILURE
            }
        }
    }
}
