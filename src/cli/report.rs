//! `--report`: writes the verdict to a file when the server stops.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::output::{self, Output};
use crate::contract::Timestamp;
use crate::text::is_control;
use crate::world::Sessions;
use crate::world::verdict::{Expectation, Judgement, Scope};

/// A report that can be written: its place was looked at when the server started.
pub struct Report {
    output: Output,
    path: PathBuf,
    /// When the server started.
    started: (Timestamp, Instant),
}

/// What is said of a session.
#[derive(Serialize)]
struct OfSession {
    session: Option<String>,
    #[serde(flatten)]
    judgement: Judgement,
}

impl Report {
    /// Refuses a place that cannot be written before anything is served.
    pub fn open(path: &Path) -> Result<Self, String> {
        Ok(Self {
            output: Output::open_for("--report", Some(path))?,
            path: path.to_owned(),
            started: (Timestamp::now(), Instant::now()),
        })
    }

    /// Judges every session that is in use: JUnit for a name that ends in `.xml`, text for `.txt`, else JSON; and for
    /// people on standard error.
    pub fn write(mut self, sessions: &Sessions) -> Result<(), String> {
        let all = judged(sessions);
        let told = text(&all);
        eprint!("{told}");
        let ending = self.path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        let written = match ending.as_deref() {
            Some("xml") => junit(&all, self.started),
            Some("txt") => told,
            // A judgement holds nothing that JSON cannot.
            _ => serde_json::to_string_pretty(&all).unwrap_or_default() + "\n",
        };
        self.output.write_all(written.as_bytes()).map_err(|error| output::told(&error))?;
        self.output.finish()
    }
}

/// Warns of what is wrong with the clients, in the log: a line for each finding.
pub fn warn(sessions: &Sessions) {
    for OfSession { session, judgement } in judged(sessions) {
        let session = session.map(|name| format!(" on session {name}")).unwrap_or_default();
        for client in &judgement.clients {
            for found in &client.findings {
                tracing::warn!(
                    "verdict{session}: {}: {} ({}): {}",
                    client.key,
                    found.bug.as_str(),
                    found.count,
                    found.message
                );
            }
        }
    }
}

/// Every session that somebody asked, and the default one.
fn judged(sessions: &Sessions) -> Vec<OfSession> {
    let all = sessions.all().into_iter().map(|(name, world)| OfSession {
        session: name.map(|name| name.to_string()),
        judgement: world.verdict(&Scope::default()),
    });
    let asked = |judgement: &Judgement| judgement.unknown_key > 0 || !judgement.clients.is_empty();
    all.filter(|of| of.session.is_none() || asked(&of.judgement)).collect()
}

fn text(all: &[OfSession]) -> String {
    let mut text = String::new();
    for OfSession { session, judgement } in all {
        let name = session.as_ref().map_or("verdict".to_owned(), |name| format!("verdict on session {name}"));
        let indented = judgement.to_string().replace('\n', "\n  ");
        // Writing to a text does not fail.
        let _ = writeln!(text, "{name}\n  {}", indented.trim_end());
    }
    text
}

/// A test case for each client and expectation, in the form that CI servers read.
fn junit(all: &[OfSession], (started, since): (Timestamp, Instant)) -> String {
    let mut cases = String::new();
    let (mut tests, mut failures) = (0, 0);
    for OfSession { session, judgement } in all {
        for client in &judgement.clients {
            let class = format!("{}.{}", session.as_deref().unwrap_or("unnamed session"), client.key);
            let of_client = |expectation: &Expectation| *expectation != Expectation::Delivered;
            for expectation in judgement.expectations.keys().copied().filter(of_client) {
                let reasons = client.violations(expectation);
                tests += 1;
                failures += usize::from(!reasons.is_empty());
                cases += &case(&class, expectation, &reasons);
            }
        }
    }
    for OfSession { session, judgement } in all {
        if let Some(delivered) = &judgement.delivered {
            let reasons = delivered.reasons();
            tests += 1;
            failures += usize::from(!reasons.is_empty());
            cases += &case(session.as_deref().unwrap_or("unnamed session"), Expectation::Delivered, &reasons);
        }
    }
    // Without a client there is no case, and without an entry none fails: a CI server would take that for a success.
    for OfSession { session, judgement } in all {
        let reason = judgement.nothing_to_judge().filter(|_| tests == 0 || !judgement.clients.is_empty());
        if let Some(reason) = reason {
            tests += 1;
            failures += 1;
            cases += &case(session.as_deref().unwrap_or("unnamed session"), Expectation::Complete, &[reason]);
        }
    }
    // Whole seconds without an offset, as CI servers read them.
    let timestamp = started.to_string().chars().take("2025-05-20T12:00:00".len()).collect::<String>();
    let time = since.elapsed().as_secs_f64();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"cortex-audit-mock verdict\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\" timestamp=\"{timestamp}\" time=\"{time:.3}\">\n{cases}</testsuite>\n"
    )
}

fn case(class: &str, expectation: Expectation, reasons: &[String]) -> String {
    let begun = format!("  <testcase classname=\"{}\" name=\"{expectation}\" time=\"0.000\"", escaped(class));
    let Some(first) = reasons.first() else { return begun + "/>\n" };
    let (first, all) = (escaped(first), escaped(&reasons.join("\n")));
    format!("{begun}>\n    <failure message=\"{first}\">{all}</failure>\n  </testcase>\n")
}

/// As text and as an attribute of XML 1.0, which has no control characters, and nothing that is no character.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            c if is_control(c) => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
