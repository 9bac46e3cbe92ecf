//! The verdict on all sessions of a run, made when the server stops, and the file of `--report`, which says until then that the run has not
//! ended.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::environment::source;
use super::junit::JunitCases;
use super::output::{self, Output};
use crate::contract::Timestamp;
use crate::text::counted;
use crate::world::ended_sessions::{EndedSession, SessionEnd};
use crate::world::verdict::{Expectation, ExpectationVerdict, Judgement, Scope};
use crate::world::{SessionName, Sessions, World};

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
            let reason = "the run has not ended: the server still runs, did not start, or was killed";
            write(&mut output, &Report::without_verdict(reason).format(path))?;
            output.finish()?;
            Place::File
        } else {
            Place::Stream(output)
        };
        Ok(Self { place, path: path.to_owned() })
    }

    /// Writes why the run did not start; a stream is left as it is.
    pub fn write_refusal(path: &Path, reason: &str) -> Result<(), String> {
        let mut output = Self::open(path)?;
        if !output.is_file() {
            return Ok(());
        }
        write(&mut output, &Report::without_verdict(&format!("the run did not start: {reason}")).format(path))?;
        output.finish()
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

/// The expectations that a run fails for.
#[derive(Debug, Clone)]
pub enum Expectations {
    /// All that can be judged.
    All,
    /// These; one that cannot be judged counts as not met.
    Only(Vec<Expectation>),
}

/// The verdict on a run.
pub struct Report {
    expected: Expectations,
    sessions: Vec<SessionVerdict>,
    /// Sessions that ended, and have no verdict each.
    further: Option<RunVerdict>,
    /// What fails beside what clients did.
    failures: Vec<RunFailure>,
    started: Timestamp,
    seconds: f64,
}

/// The verdict on a session.
#[derive(Serialize)]
struct SessionVerdict {
    session: Option<String>,
    /// How it ended before the server did.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<SessionEnd>,
    #[serde(flatten)]
    judgement: Judgement,
}

/// A failure of the run as a whole, by which some expectations are not met.
struct RunFailure {
    check: &'static str,
    reason: String,
    expectations: &'static [Expectation],
}

/// A verdict on the run as a whole. In JSON it has the members by which a session is judged.
#[derive(Serialize)]
struct RunVerdict {
    #[serde(rename = "run")]
    check: &'static str,
    clients: [(); 0],
    expectations: BTreeMap<Expectation, ExpectationVerdict>,
}

/// What a report checks: a test case of JUnit, and a message of `run` when it fails.
struct Check {
    class: String,
    name: &'static str,
    reasons: Vec<String>,
    is_expected: bool,
    /// The beginning of the message, before the reasons.
    subject: String,
}

impl Expectations {
    fn includes(&self, expectation: Expectation) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(&expectation),
        }
    }

    fn is_nothing(&self) -> bool {
        matches!(self, Self::Only(names) if names.is_empty())
    }

    /// Whether a sink must be compared.
    fn requires_sink(&self) -> bool {
        matches!(self, Self::Only(names) if names.contains(&Expectation::Delivered))
    }
}

impl RunFailure {
    fn verdict(&self) -> RunVerdict {
        let verdict = || ExpectationVerdict { kept: false, reasons: vec![self.reason.clone()] };
        let expectations = self.expectations.iter().map(|expectation| (*expectation, verdict())).collect();
        RunVerdict { check: self.check, clients: [], expectations }
    }
}

impl SessionVerdict {
    fn is_asked(&self) -> bool {
        !self.judgement.clients.is_empty()
    }

    /// The session in words, such as `session one until it was deleted`; `None` for the default session while it lasts.
    fn subject(&self) -> Option<String> {
        let name = self.session.as_ref().map(|name| format!("session {name}"));
        match self.ended {
            Some(end) => Some(format!("{} {end}", name.as_deref().unwrap_or("the unnamed session"))),
            None => name,
        }
    }

    /// The beginning of a message about the session.
    fn message_start(&self) -> String {
        self.subject().map(|subject| subject + ": ").unwrap_or_default()
    }

    /// The session in the names of JUnit's cases.
    fn class(&self) -> String {
        let name = self.session.as_deref().unwrap_or("unnamed session");
        self.ended.map_or_else(|| name.to_owned(), |end| format!("{name} {end}"))
    }
}

impl Report {
    /// Judges every session that is in use; those that have ended were judged then. `started` is when the server started.
    pub fn new(sessions: &Sessions, started: (Timestamp, Instant), expected: Expectations) -> Self {
        // First those in use: one that ends in between is rather reported twice than never.
        let mut verdicts = judged(sessions);
        let ended = sessions.take_ended();
        let further = (ended.further > 0).then(|| RunVerdict {
            check: "further-ended-sessions",
            clients: [],
            expectations: ended.further_expectations(),
        });
        let verdict =
            |EndedSession { name, end, judgement }| SessionVerdict { session: name, ended: Some(end), judgement };
        verdicts.extend(ended.sessions.into_iter().map(verdict));
        let mut failures = Vec::new();
        let (evicted, unjudged) = (sessions.evicted(), sessions.evicted_unjudged());
        if evicted > 0 {
            let were = counted(evicted, "session was", "sessions were");
            let too_fast = (unjudged > 0).then(|| format!(", {unjudged} of them too fast to be judged"));
            let reason = format!(
                "{were} ended to make room for others{}: at most {} live at a time; delete each when its test ends, with \
                 DELETE /__admin/sessions/NAME, which judges it",
                too_fast.unwrap_or_default(),
                Sessions::MAX_SESSIONS
            );
            failures.push(RunFailure { check: "no-evicted-sessions", reason, expectations: &Expectation::ALL });
        }
        let of_sessions = verdicts.iter().map(|of| &of.judgement.expectations);
        let mut all = of_sessions.chain(further.iter().map(|further| &further.expectations));
        if expected.requires_sink() && !all.any(|expectations| expectations.contains_key(&Expectation::Delivered)) {
            let reason = "not delivered: nothing was sent to POST /__admin/verdict/delivered".to_owned();
            failures.push(RunFailure { check: "delivered", reason, expectations: &[Expectation::Delivered] });
        }
        let (started, since) = started;
        Self { expected, sessions: verdicts, further, failures, started, seconds: since.elapsed().as_secs_f64() }
    }

    /// The report on a run that has not ended, and why.
    fn without_verdict(reason: &str) -> Self {
        let reason = reason.to_owned();
        Self {
            expected: Expectations::All,
            sessions: Vec::new(),
            further: None,
            failures: vec![RunFailure { check: "ended", reason, expectations: &Expectation::ALL }],
            started: Timestamp::now(),
            seconds: 0.0,
        }
    }

    /// Logs what is wrong with the clients: a line for each finding.
    pub fn log(&self) {
        for failure in &self.failures {
            tracing::warn!("verdict: {}", failure.reason);
        }
        for SessionVerdict { session, ended: _, judgement } in &self.sessions {
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

    /// Everything by which the run fails: a sentence each.
    pub fn failure_messages(&self) -> Vec<String> {
        let failed = self.checks().into_iter().filter(|check| check.is_expected && !check.reasons.is_empty());
        failed.map(|check| check.subject + &check.reasons.join("; ")).collect()
    }

    /// All checks. They alone decide whether a run fails.
    fn checks(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        let classes = self.classes();
        let sessions = || self.sessions.iter().zip(&classes);
        for (of, class) in sessions() {
            let of_client = |expectation: &Expectation| *expectation != Expectation::Delivered;
            for client in &of.judgement.clients {
                for expectation in of.judgement.expectations.keys().copied().filter(of_client) {
                    let class = format!("{class}.{}", client.key);
                    let subject = format!("{}not {expectation}: {}: ", of.message_start(), client.key);
                    checks.push(self.check(class, subject, expectation, client.violations(expectation)));
                }
            }
        }
        for (of, class) in sessions() {
            if let Some(delivered) = &of.judgement.delivered {
                let subject = format!("{}not delivered: ", of.message_start());
                checks.push(self.check(class.clone(), subject, Expectation::Delivered, delivered.reasons()));
            }
        }
        // Without a client there is no check, and without an entry none fails: that would be taken for a success.
        let is_any_asked = self.sessions.iter().any(SessionVerdict::is_asked);
        for (of, class) in sessions().filter(|(of, _)| of.is_asked() || !is_any_asked) {
            if let Some(reason) = of.judgement.nothing_to_judge() {
                let subject = format!("{}not complete: ", of.message_start());
                checks.push(self.check(class.clone(), subject, Expectation::Complete, vec![reason]));
            }
        }
        for (expectation, verdict) in self.further.iter().flat_map(|further| &further.expectations) {
            let (class, subject) = ("further sessions that ended".to_owned(), format!("not {expectation}: "));
            checks.push(self.check(class, subject, *expectation, verdict.reasons.clone()));
        }
        for RunFailure { check, reason, expectations: _ } in &self.failures {
            checks.push(Check {
                class: "cortex-audit-mock".to_owned(),
                name: check,
                reasons: vec![reason.clone()],
                is_expected: !self.expected.is_nothing(),
                subject: String::new(),
            });
        }
        checks
    }

    fn check(&self, class: String, subject: String, expectation: Expectation, reasons: Vec<String>) -> Check {
        let is_expected = self.expected.includes(expectation);
        Check { class, name: expectation.as_str(), reasons, is_expected, subject }
    }

    /// The name of each session in JUnit, with a number when a session of that name has ended in that way before.
    fn classes(&self) -> Vec<String> {
        let mut counts = HashMap::new();
        let class = |of: &SessionVerdict| {
            let class = of.class();
            let count = counts.entry(class.clone()).or_insert(0);
            *count += 1;
            if *count == 1 { class } else { format!("{class} ({count})") }
        };
        self.sessions.iter().map(class).collect()
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
            let _ = writeln!(text, "run\n  {}", failure.reason);
            for expectation in failure.expectations {
                let _ = writeln!(text, "  {expectation}: NO");
            }
        }
        for of in &self.sessions {
            let name = of.subject().map_or("verdict".to_owned(), |subject| format!("verdict on {subject}"));
            let indented = of.judgement.to_string().replace('\n', "\n  ");
            let _ = writeln!(text, "{name}\n  {}", indented.trim_end());
        }
        if let Some(further) = &self.further {
            let _ = writeln!(text, "verdict on further sessions that ended");
            for (expectation, ExpectationVerdict { kept, reasons }) in &further.expectations {
                let answer = if *kept { "yes".to_owned() } else { format!("NO\n    {}", reasons.join("\n    ")) };
                let _ = writeln!(text, "  {expectation}: {answer}");
            }
        }
        text
    }

    fn to_json(&self) -> String {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Part<'a> {
            Failure(RunVerdict),
            Session(&'a SessionVerdict),
            Further(&'a RunVerdict),
        }

        let failures = self.failures.iter().map(|failure| Part::Failure(failure.verdict()));
        let verdicts = self.sessions.iter().map(Part::Session).chain(self.further.iter().map(Part::Further));
        let all: Vec<Part<'_>> = failures.chain(verdicts).collect();
        // A judgement holds nothing that JSON cannot.
        serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
    }

    /// A test case for each client and expectation, in the form that CI servers read.
    fn to_junit(&self) -> String {
        let mut cases = JunitCases::default();
        for Check { class, name, reasons, is_expected, subject: _ } in self.checks() {
            if is_expected {
                cases.add(&class, name, &reasons);
            } else {
                cases.add_unexpected(&class, name, &reasons);
            }
        }
        cases.into_xml("cortex-audit-mock verdict", self.started, self.seconds)
    }
}

/// Every session that somebody asked, and the default one.
fn judged(sessions: &Sessions) -> Vec<SessionVerdict> {
    let all = sessions.all().into_iter().filter(|(name, world)| name.is_none() || !world.is_unused());
    let verdict = |(name, world): (Option<SessionName>, Arc<World>)| SessionVerdict {
        session: name.map(|name| name.to_string()),
        ended: None,
        judgement: world.verdict(&Scope::default()),
    };
    all.map(verdict).collect()
}
