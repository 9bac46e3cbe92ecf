//! The verdict on all sessions when a server stops, and the file of `--report`, which says until then that the run has not
//! ended.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::environment::source;
use super::output::{self, Output};
use crate::contract::Timestamp;
use crate::text::{counted, is_control};
use crate::world::Sessions;
use crate::world::verdict::{Expectation, ExpectationVerdict, Judgement, Scope};

/// Where a report is written. A file is not green before the run has ended: whatever kills the server, no report of an
/// earlier run is taken for that of this one.
pub struct ReportFile {
    place: Place,
    path: PathBuf,
}

enum Place {
    /// Replaced as a whole.
    File,
    /// A device, a pipe or standard output: what is written cannot be taken back.
    Stream(Output),
}

impl ReportFile {
    /// Writes that the run has not ended, which fails in every format; so a place that cannot be written is an error before
    /// anything is served.
    pub fn create(path: &Path) -> Result<Self, String> {
        let mut output = Self::open(path)?;
        let place = if output.is_file() {
            write(&mut output, &Report::not_ended().format(path))?;
            output.finish()?;
            Place::File
        } else {
            Place::Stream(output)
        };
        Ok(Self { place, path: path.to_owned() })
    }

    /// Writes the report: JUnit for a name that ends in `.xml`, text for `.txt`, else JSON. After an error the file says
    /// what it said before.
    pub fn write(self, report: &Report) -> Result<(), String> {
        let mut output = match self.place {
            Place::File => Self::open(&self.path)?,
            Place::Stream(output) => output,
        };
        write(&mut output, &report.format(&self.path))?;
        output.finish()
    }

    fn open(path: &Path) -> Result<Output, String> {
        Output::open_for(&source("--report"), Some(path))
    }
}

fn write(output: &mut Output, text: &str) -> Result<(), String> {
    output.write_all(text.as_bytes()).map_err(|error| output::told(&error))
}

/// The verdict on a run.
pub struct Report {
    /// What fails beside what clients did.
    failures: Vec<RunFailure>,
    sessions: Vec<SessionVerdict>,
    started: Timestamp,
    seconds: f64,
}

/// The verdict on a session.
#[derive(Serialize)]
struct SessionVerdict {
    session: Option<String>,
    #[serde(flatten)]
    judgement: Judgement,
}

/// A failure of the run as a whole. In JSON it has the members by which a session is judged: none of its expectations is
/// kept.
#[derive(Serialize)]
struct RunFailure {
    #[serde(rename = "run")]
    check: &'static str,
    clients: [(); 0],
    expectations: BTreeMap<Expectation, ExpectationVerdict>,
}

impl RunFailure {
    fn new(check: &'static str, reason: &str) -> Self {
        let verdict = || ExpectationVerdict { kept: false, reasons: vec![reason.to_owned()] };
        let expectations = Expectation::ALL.into_iter().map(|expectation| (expectation, verdict())).collect();
        Self { check, clients: [], expectations }
    }

    /// The reason, which is that of each expectation.
    fn reasons(&self) -> &[String] {
        self.expectations.values().next().map_or(&[], |verdict| &verdict.reasons)
    }
}

impl Report {
    /// Judges every session that is in use. `started` is when the server started.
    pub fn new(sessions: &Sessions, started: (Timestamp, Instant)) -> Self {
        let evicted = (sessions.evicted() > 0).then(|| {
            let were = counted(sessions.evicted(), "session was", "sessions were");
            let reason = format!(
                "{were} ended to make room and not judged: at most {} live at a time; delete each when its test ends, \
                 with DELETE /__admin/sessions/NAME",
                Sessions::MAX_SESSIONS
            );
            RunFailure::new("all-sessions-judged", &reason)
        });
        let (started, since) = started;
        let seconds = since.elapsed().as_secs_f64();
        Self { failures: evicted.into_iter().collect(), sessions: judged(sessions), started, seconds }
    }

    /// The report until the run has ended.
    fn not_ended() -> Self {
        let reason = "the run has not ended: the server still runs, did not start, or was killed";
        let failures = vec![RunFailure::new("ended", reason)];
        Self { failures, sessions: Vec::new(), started: Timestamp::now(), seconds: 0.0 }
    }

    /// Logs what is wrong with the clients: a line for each finding.
    pub fn log(&self) {
        for failure in &self.failures {
            tracing::warn!("verdict: {}", failure.reasons().join("; "));
        }
        for SessionVerdict { session, judgement } in &self.sessions {
            let session = session.as_ref().map(|name| format!(" on session {name}")).unwrap_or_default();
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

    /// Why the clients did not meet these expectations: a sentence for each session and expectation. A session that nobody
    /// asked counts only if all are so.
    pub fn violations(&self, expected: &[Expectation]) -> Vec<String> {
        let is_asked = |of: &&SessionVerdict| !of.judgement.clients.is_empty();
        let is_any_asked = self.sessions.iter().any(|of| is_asked(&of));
        let judged = || self.sessions.iter().filter(|of| is_asked(of) || !is_any_asked);
        let mut violations = Vec::new();
        if !expected.is_empty() {
            violations.extend(self.failures.iter().map(|failure| failure.reasons().join("; ")));
        }
        for expectation in expected {
            if *expectation == Expectation::Delivered && judged().all(|of| of.judgement.delivered.is_none()) {
                violations.push("not delivered: nothing was sent to POST /__admin/verdict/delivered".to_owned());
            }
            for SessionVerdict { session, judgement } in judged() {
                let session = session.as_ref().map(|name| format!("session {name}: ")).unwrap_or_default();
                violations.extend(judgement.failure_message(*expectation).map(|message| session + &message));
            }
        }
        violations
    }

    /// In the format that the ending of a file's name asks for.
    fn format(&self, path: &Path) -> String {
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        match ending.as_deref() {
            Some("xml") => self.to_junit(),
            Some("txt") => self.to_text(),
            _ => self.to_json(),
        }
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a text does not fail.
        for failure in &self.failures {
            let _ = writeln!(text, "run\n  {}", failure.reasons().join("\n  "));
            for expectation in failure.expectations.keys() {
                let _ = writeln!(text, "  {expectation}: NO");
            }
        }
        for SessionVerdict { session, judgement } in &self.sessions {
            let name = session.as_ref().map_or("verdict".to_owned(), |name| format!("verdict on session {name}"));
            let indented = judgement.to_string().replace('\n', "\n  ");
            let _ = writeln!(text, "{name}\n  {}", indented.trim_end());
        }
        text
    }

    fn to_json(&self) -> String {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Part<'a> {
            Failure(&'a RunFailure),
            Session(&'a SessionVerdict),
        }

        let failures = self.failures.iter().map(Part::Failure);
        let all: Vec<Part<'_>> = failures.chain(self.sessions.iter().map(Part::Session)).collect();
        // A judgement holds nothing that JSON cannot.
        serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
    }

    /// A test case for each client and expectation, in the form that CI servers read.
    fn to_junit(&self) -> String {
        let mut cases = Cases::default();
        for failure in &self.failures {
            cases.add("cortex-audit-mock", failure.check, failure.reasons());
        }
        for SessionVerdict { session, judgement } in &self.sessions {
            for client in &judgement.clients {
                let class = format!("{}.{}", session.as_deref().unwrap_or("unnamed session"), client.key);
                let of_client = |expectation: &Expectation| *expectation != Expectation::Delivered;
                for expectation in judgement.expectations.keys().copied().filter(of_client) {
                    cases.add(&class, expectation.as_str(), &client.violations(expectation));
                }
            }
        }
        for SessionVerdict { session, judgement } in &self.sessions {
            if let Some(delivered) = &judgement.delivered {
                let class = session.as_deref().unwrap_or("unnamed session");
                cases.add(class, Expectation::Delivered.as_str(), &delivered.reasons());
            }
        }
        // Without a client there is no case, and without an entry none fails: a CI server would take that for a success.
        for SessionVerdict { session, judgement } in &self.sessions {
            let is_judged = cases.tests == 0 || !judgement.clients.is_empty();
            if let Some(reason) = judgement.nothing_to_judge().filter(|_| is_judged) {
                let class = session.as_deref().unwrap_or("unnamed session");
                cases.add(class, Expectation::Complete.as_str(), &[reason]);
            }
        }
        let Cases { text, tests, failures } = cases;
        // Whole seconds without an offset, as CI servers read them.
        let timestamp = self.started.to_string().chars().take("2025-05-20T12:00:00".len()).collect::<String>();
        let time = self.seconds;
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"cortex-audit-mock verdict\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\" timestamp=\"{timestamp}\" time=\"{time:.3}\">\n{text}</testsuite>\n"
        )
    }
}

/// Test cases as XML, and their number.
#[derive(Default)]
struct Cases {
    text: String,
    tests: usize,
    failures: usize,
}

impl Cases {
    fn add(&mut self, class: &str, name: &str, reasons: &[String]) {
        self.tests += 1;
        self.failures += usize::from(!reasons.is_empty());
        let case = format!("  <testcase classname=\"{}\" name=\"{name}\" time=\"0.000\"", escaped(class));
        self.text += &match reasons.first() {
            None => case + "/>\n",
            Some(first) => {
                let (first, all) = (escaped(first), escaped(&reasons.join("\n")));
                format!("{case}>\n    <failure message=\"{first}\">{all}</failure>\n  </testcase>\n")
            }
        };
    }
}

/// Every session that somebody asked, and the default one.
fn judged(sessions: &Sessions) -> Vec<SessionVerdict> {
    let all = sessions.all().into_iter().map(|(name, world)| SessionVerdict {
        session: name.map(|name| name.to_string()),
        judgement: world.verdict(&Scope::default()),
    });
    let asked = |judgement: &Judgement| judgement.unknown_key.count > 0 || !judgement.clients.is_empty();
    all.filter(|of| of.session.is_none() || asked(&of.judgement)).collect()
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
