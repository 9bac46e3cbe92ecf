//! The command line: one file a command.

mod connection;
mod diagnostics;
mod environment;
mod first_steps;
mod format;
mod generate;
mod healthcheck;
mod junit;
mod log;
mod named_files;
mod output;
mod progress;
mod record;
mod report;
mod run;
mod serve;
mod startup;
mod tls;
mod validate;
mod value;
mod verify;

use std::ffi::OsStr;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::system;

/// The help of the program, which fits on a screen: the flags are in that of `serve`.
const TEMPLATE: &str = "\
{about}

Usage: {usage}

Commands:
{subcommands}{after-help}
";

/// A mock of Cortex's audit-log API, GET /api/v1/audit-logs
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, help_template = TEMPLATE, after_help = "\
Without a command it serves; `serve -h` lists the flags of the server. For each
command, COMMAND -h lists the flags and COMMAND --help explains them.

Examples:
  cortex-audit-mock --generate 5000 --live 6/min
  cortex-audit-mock run --expect complete,polite -- pytest -q")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default)
    #[command(after_help = "\
Examples:
  cortex-audit-mock serve --fixtures logs.ndjson --keys keys.json
  cortex-audit-mock serve --generate 5000 --live 6/min --report verdict.xml")]
    Serve(serve::Args),
    /// Run a command with a server around it, and judge its clients
    #[command(after_help = "\
The command finds the server in CORTEX_BASE_URL, and a token in CORTEX_API_KEY.

Examples:
  cortex-audit-mock run --expect complete,polite -- pytest -q
  cortex-audit-mock run --report verdict.xml -- npm test")]
    Run(run::Args),
    /// Generate entries of a fictional company
    #[command(after_help = "\
Examples:
  cortex-audit-mock generate 5000 --out logs.ndjson
  cortex-audit-mock generate 200 --from now-7d --to now --story leaked-token")]
    Generate(generate::Args),
    /// Check files of entries and keys, and summarise them
    #[command(after_help = "\
Examples:
  cortex-audit-mock validate logs.ndjson
  cortex-audit-mock validate logs.ndjson --keys keys.json")]
    Validate(validate::Args),
    /// Download audit logs from a Cortex API to a file
    #[command(after_help = "\
Examples:
  cortex-audit-mock record --url https://api.getcortexapp.com --out logs.ndjson
  cortex-audit-mock record --url https://api.getcortexapp.com --from now-7d --pseudonymize")]
    Record(record::Args),
    /// Check (read-only) how far a Cortex API matches this mock
    #[command(after_help = "\
Examples:
  cortex-audit-mock verify --url https://api.getcortexapp.com
  cortex-audit-mock verify --document openapi.json")]
    Verify(verify::Args),
    /// Check that a server answers; for containers
    #[command(after_help = "\
Examples:
  cortex-audit-mock healthcheck
  cortex-audit-mock healthcheck --listen :8080 --base-path /cortex")]
    Healthcheck(healthcheck::Args),
}

/// The command line with a command: it does not read the flags of `serve` or their environment variables.
#[derive(Debug, Parser)]
#[command(version)]
struct CliWithCommand {
    #[command(subcommand)]
    command: Command,
}

/// The definition of the command line, from which manual pages and shell completions are generated.
///
/// ```
/// let names = cortex_audit_mock::internal::cli::command();
/// assert!(names.get_subcommands().any(|command| command.get_name() == "generate"));
/// ```
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Parses the command line and runs the command. Errors go to standard error. The exit code is 0, 1 for a failure, and
/// 2 for an invalid command line; `verify` fails with 2, because its 1 means a difference.
#[must_use]
pub fn run() -> ExitCode {
    // Before any file is written. Without it such a write ends the process, as it does that of other programs.
    let _ = system::survive_file_size_limit();
    let first = std::env::args_os().nth(1);
    let name = first.as_deref().and_then(OsStr::to_str).filter(|name| Command::has_subcommand(name));
    let parsed = match name {
        Some(_) => environment::parse().map(|CliWithCommand { command }| command),
        None => environment::parse().map(|Cli { command, serve }| command.unwrap_or(Command::Serve(serve))),
    };
    let command = parsed.unwrap_or_else(|error| {
        let is_server = matches!(name, None | Some("serve" | "run"));
        // Help is no error.
        if is_server && error.use_stderr() {
            let message = error.to_string();
            let line = message.lines().next().unwrap_or_default();
            named_files::note_refusal(line.trim_start_matches("error: "));
        }
        match name {
            // `--help` without a command names the commands; the flags are those of `serve`.
            None if error.use_stderr() && error.kind() != ErrorKind::InvalidSubcommand => {
                let message = error.to_string().replace("try '--help'", "try 'cortex-audit-mock serve -h'");
                diagnostics::print(message.trim_end());
                std::process::exit(error.exit_code())
            }
            _ => error.exit(),
        }
    });
    let done = match command {
        Command::Serve(args) => return serve::run(&args),
        Command::Run(args) => return run::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Record(args) => {
            environment::warnings::<serve::Args>().iter().for_each(diagnostics::print);
            record::run(&args)
        }
        Command::Verify(args) => return verify::run(&args),
        Command::Healthcheck(args) => healthcheck::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            diagnostics::print(format_args!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}
