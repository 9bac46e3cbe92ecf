//! `verify`: checks which rules of the fidelity table a Cortex API keeps, or a published OpenAPI document.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{ArgGroup, Args as ClapArgs, ValueEnum};
use serde::Serialize;

use super::connection::{ConnectionArgs, connect};
use super::diagnostics;
use super::junit::JunitCases;
use super::value::{self, or_exit};
use crate::contract::Timestamp;
use crate::duration;
use crate::remote::{RetryWait, TimeSource, Token};
use crate::verify::{
    DocumentReport, DocumentSource, MAX_REQUESTS, Mismatch, Outcome, RuleOutcome, VerificationReport, compare_document,
    verify,
};

/// Which API to check, and with which tokens; or which document.
#[derive(Debug, ClapArgs)]
#[command(mut_arg("url", |url| url.required(false)))]
#[command(group = ArgGroup::new("subject").args(["url", "document"]).required(true))]
pub struct Args {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Read a token without the permission from this variable
    ///
    /// That of a valid key. [default: rules about the permission are not checked]
    #[arg(long, value_name = "NAME")]
    no_permission_token_env: Option<String>,
    /// Check a published OpenAPI document in place of an API
    ///
    /// JSON or YAML: a file, - for standard input, or a URL. It needs no token.
    #[arg(long, value_name = "FILE|URL", conflicts_with_all = ["url", "token_env", "no_permission_token_env"])]
    document: Option<PathBuf>,
    /// Write the report in this format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: ReportFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// For people, one rule a line.
    Table,
    /// For programs.
    Json,
    /// For CI services, one test case a rule.
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
    if let Some(document) = &args.document {
        return print(&check_document(document), args.format, started);
    }
    let (url, token) = or_exit(args.connection.url_and_token());
    let second = args.no_permission_token_env.as_deref();
    let second = second.map(|name| or_exit(Token::from_environment("--no-permission-token-env", name)));
    let connection = or_exit(connect(url, token));
    let report = or_exit(verify(connection, second, TimeSource::system(), report_wait));
    print(&report, args.format, started)
}

fn check_document(argument: &Path) -> DocumentReport {
    let source = or_exit(DocumentSource::from_argument(argument));
    let text = or_exit(source.read());
    or_exit(compare_document(&source.to_string(), &text))
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
        ReportFormat::Table if out.is_terminal() => write!(out, "{}", wrapped(&report.to_string()))?,
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

/// The table for a terminal, with lines of at most 80 characters; a longer word, such as a URL, stays whole. In a file or a pipe
/// a rule is one line, for `grep`.
fn wrapped(table: &str) -> String {
    const WIDTH: usize = 80;
    const INDENT: &str = "        ";

    let mut text = String::new();
    for line in table.lines() {
        let mut rest = line.to_owned();
        while let Some((end, _)) = rest.char_indices().nth(WIDTH) {
            let indent = rest.len() - rest.trim_start().len();
            // The space that ends a full line is none of its characters.
            let space = rest[indent..=end].rfind(' ').or_else(|| rest[indent..].find(' '));
            let Some(space) = space.map(|space| indent + space) else { break };
            text += rest[..space].trim_end();
            text.push('\n');
            rest = INDENT.to_owned() + rest[space..].trim_start();
        }
        text += &rest;
        text.push('\n');
    }
    text
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

impl Report for DocumentReport {
    const NAME: &str = "cortex-audit-mock verify --document";

    fn differs(&self) -> bool {
        !self.differences.is_empty()
    }

    fn add_to(&self, cases: &mut JunitCases) {
        for rule in &self.rules {
            let differences: Vec<_> = self.differences.iter().filter(|difference| difference.rule == *rule).collect();
            let first = differences.first();
            let text = first.map(|difference| difference.text.to_owned());
            let doubt = first.and_then(|difference| difference.doubt).map(|doubt| format!("In doubt: {doubt}"));
            let differences = differences.iter().map(ToString::to_string);
            let reasons: Vec<String> = text.into_iter().chain(doubt).chain(differences).collect();
            cases.add("verify --document", rule, &reasons);
        }
    }
}
