//! `verify`: which rules of the fidelity table a Cortex API keeps.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};

use super::value;
use crate::duration;
use crate::remote::{ApiUrl, TimeSource, Token};
use crate::verify::{Event, MAX_REQUESTS, Verification, VerificationReport};

/// Which API to ask, and as whom.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Base URL of a Cortex API, such as `https://api.getcortexapp.com`, or of another mock.
    #[arg(long, value_name = "URL")]
    url: String,
    /// Name of the environment variable that holds the token; its key needs the permission `View audit logs`.
    #[arg(long, value_name = "NAME", default_value = "CORTEX_API_KEY")]
    token_env: String,
    /// Name of the environment variable that holds the token of a valid key without that permission. [default: what
    /// takes one cannot be told]
    #[arg(long, value_name = "NAME")]
    no_permission_token_env: Option<String>,
    /// Form of the report.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line a rule, for people.
    Table,
    /// For programs.
    Json,
}

/// Verifies; the exit code is 0 when nothing differs, 1 when something does, 2 when nothing could be verified.
pub fn run(args: &Args) -> ExitCode {
    let verification = checked(args).unwrap_or_else(|wrong| value::wrong(&wrong));
    let report = verification.run(&tell).unwrap_or_else(|error| value::wrong(&error.to_string()));
    match print(&report, args.format) {
        // A reader such as `head` may close standard output early.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            value::wrong(&format!("cannot write to standard output: {error}"))
        }
        _ if report.mismatches().next().is_some() => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

/// The verification that the flags ask for, or what is wrong with them.
fn checked(args: &Args) -> Result<Verification, String> {
    let url = ApiUrl::read(&args.url)?;
    let token = Token::from_environment("--token-env", &args.token_env)?;
    let flag = "--no-permission-token-env";
    let second = args.no_permission_token_env.as_deref().map(|name| Token::from_environment(flag, name)).transpose()?;
    if url.exposes_token() {
        eprintln!("warning: the token travels unencrypted to {url}");
    }
    let verification = Verification::new(url, token, TimeSource::system()).map_err(|error| error.to_string())?;
    Ok(match second {
        Some(second) => verification.without_permission(second),
        None => verification,
    })
}

/// Waits that a person notices are explained.
fn tell(Event::Waiting { wait, why, requests }: Event<'_>) {
    if wait >= Duration::from_secs(1) {
        let wait = duration::format(Duration::from_secs(wait.as_secs()));
        eprintln!("waiting {wait} after {requests} of at most {MAX_REQUESTS} requests: {why}");
    }
}

fn print(report: &VerificationReport, format: Format) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        Format::Table => write!(out, "{report}")?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, report)?;
            writeln!(out)?;
        }
    }
    out.flush()
}
