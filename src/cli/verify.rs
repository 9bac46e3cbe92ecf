//! `verify`: checks which rules of the fidelity table a Cortex API keeps.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};

use super::connection::{ConnectionArgs, connect};
use super::diagnostics;
use super::value::{self, or_exit};
use crate::duration;
use crate::remote::{RetryWait, TimeSource, Token};
use crate::verify::{MAX_REQUESTS, VerificationReport, verify};

/// Which API to check, and with which tokens.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Name of the environment variable that holds the token of a valid key without that permission. [default: rules
    /// about the permission are not checked]
    #[arg(long, value_name = "NAME")]
    no_permission_token_env: Option<String>,
    /// Format of the report.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: ReportFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// One line per rule, for people.
    Table,
    /// JSON, for programs.
    Json,
}

/// Verifies. The exit code is 0 when nothing differs, 1 when something does, 2 when nothing could be verified.
pub fn run(args: &Args) -> ExitCode {
    let (url, token) = or_exit(args.connection.url_and_token());
    let second = args.no_permission_token_env.as_deref();
    let second = second.map(|name| or_exit(Token::from_environment("--no-permission-token-env", name)));
    let connection = or_exit(connect(url, token));
    let report = or_exit(verify(connection, second, TimeSource::system(), report_wait));
    match print(&report, args.format) {
        // A reader such as `head` may close standard output early.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            value::wrong(&format!("cannot write to standard output: {error}"))
        }
        _ if report.differs > 0 => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

/// Reports a wait that a person notices.
fn report_wait(RetryWait { length, reason, requests }: RetryWait<'_>) {
    if length >= Duration::from_secs(1) {
        let length = duration::format(Duration::from_secs(length.as_secs()));
        let requests = format_args!("{requests} of at most {MAX_REQUESTS} requests");
        diagnostics::print(format_args!("waiting {length} after {requests}: {reason}"));
    }
}

fn print(report: &VerificationReport, format: ReportFormat) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        ReportFormat::Table => write!(out, "{report}")?,
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut out, report)?;
            writeln!(out)?;
        }
    }
    out.flush()
}
