//! `verify`: checks which rules of the fidelity table a Cortex API keeps.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args as ClapArgs, ValueEnum};
use serde::Serialize;

use super::connection::{ConnectionArgs, connect};
use super::diagnostics;
use super::junit::JunitCases;
use super::value::{self, or_exit};
use crate::contract::Timestamp;
use crate::duration;
use crate::remote::{RetryWait, TimeSource, Token};
use crate::verify::{MAX_REQUESTS, Mismatch, Outcome, RuleOutcome, VerificationReport, verify};

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
    /// For people.
    Table,
    /// JSON, for programs.
    Json,
    /// JUnit, for CI services: one test case per rule.
    Junit,
}

/// A report: `Display` is the table, `Serialize` the JSON.
trait Report: Display + Serialize {
    /// What JUnit calls the checks.
    const NAME: &str;

    /// Whether anything differs.
    fn differs(&self) -> bool;

    /// A test case for each rule.
    fn add_to(&self, cases: &mut JunitCases);
}

/// Verifies. The exit code is 0 when nothing differs, 1 when something does, 2 when nothing could be verified.
pub fn run(args: &Args) -> ExitCode {
    let started = (Timestamp::now(), Instant::now());
    let (url, token) = or_exit(args.connection.url_and_token());
    let second = args.no_permission_token_env.as_deref();
    let second = second.map(|name| or_exit(Token::from_environment("--no-permission-token-env", name)));
    let connection = or_exit(connect(url, token));
    let report = or_exit(verify(connection, second, TimeSource::system(), report_wait));
    print(&report, args.format, started)
}

/// Reports a wait that a person notices.
fn report_wait(RetryWait { length, reason, requests }: RetryWait<'_>) {
    if length >= Duration::from_secs(1) {
        let length = duration::format(Duration::from_secs(length.as_secs()));
        let requests = format_args!("{requests} of at most {MAX_REQUESTS} requests");
        diagnostics::print(format_args!("waiting {length} after {requests}: {reason}"));
    }
}

fn print(report: &impl Report, format: ReportFormat, started: (Timestamp, Instant)) -> ExitCode {
    match write(report, format, started) {
        // A reader such as `head` may close standard output early.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            value::wrong(&format!("cannot write to standard output: {error}"))
        }
        _ if report.differs() => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

fn write<R: Report>(report: &R, format: ReportFormat, (started, since): (Timestamp, Instant)) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        ReportFormat::Table => write!(out, "{report}")?,
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut out, report)?;
            writeln!(out)?;
        }
        ReportFormat::Junit => {
            let mut cases = JunitCases::default();
            report.add_to(&mut cases);
            write!(out, "{}", cases.into_xml(R::NAME, started, since.elapsed().as_secs_f64()))?;
        }
    }
    out.flush()
}

impl Report for VerificationReport {
    const NAME: &str = "cortex-audit-mock verify";

    fn differs(&self) -> bool {
        self.differs > 0
    }

    fn add_to(&self, cases: &mut JunitCases) {
        for RuleOutcome { rule, source: _, doubt: _, text, outcome } in &self.rules {
            match outcome {
                Outcome::Agrees { evidence: _ } => cases.add("verify", rule, &[]),
                Outcome::Inconclusive { why } => cases.add_skipped("verify", rule, why.clone()),
                Outcome::Mismatch(Mismatch { request, expected, answered }) => {
                    let lines = [("request", request), ("expected", expected), ("answered", answered)];
                    let lines = lines.map(|(name, line)| format!("{name}: {line}"));
                    cases.add("verify", rule, &[&[(*text).to_owned()], &lines[..]].concat());
                }
            }
        }
    }
}
