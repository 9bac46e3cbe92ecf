//! The journal's record of a request, and its line in the log.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::HttpBody;
use axum::extract::Request;
use axum::http::Method;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;

use super::context::{RequestContext, Told};
use super::fault_injection::{BodyFault, ConnectionFault};
use super::problem::Problem;
use super::request_id::RequestId;
use crate::contract::{AUDIT_LOGS, QueryIssue};
use crate::world::verdict::{Arrival, Aside, Given, Trace};
use crate::world::{JournalRecord, RecordDetails, RequestOutcome, World};

/// What a handler noticed about the request; it travels to the journal with the response.
#[derive(Debug, Clone)]
pub struct Noticed(pub Vec<QueryIssue>);

/// A request that is being answered. Dropping it writes it down, for the journal and for the verdict: also when the
/// client goes away, for then the server drops everything about its request.
pub struct Opened {
    world: Arc<World>,
    arrived: Instant,
    /// The same by the world's age.
    elapsed: Duration,
    told: Arc<Told>,
    record: Option<JournalRecord>,
    details: RecordDetails,
    /// How many requests had been answered when it came.
    knows: usize,
    /// The page that goes to the client whole.
    given: Option<Given>,
    aside: Aside,
}

impl Opened {
    /// Opens it for a request of whoever visits.
    pub fn of(id: RequestId, request: &Request, context: &RequestContext) -> Self {
        let world = Arc::clone(&context.world);
        let shown = context.query.for_display();
        let cut = beginning(shown);
        let differs = cut.is_some() || context.query.differs_for_display();
        let meant = differs.then(|| Arc::clone(context.query.for_parsing()));
        let query = cut.map_or_else(|| Arc::clone(shown), Arc::from);
        let record = JournalRecord {
            id: id.uuid(),
            time: context.came.now,
            method: method(request.method()),
            path: beginning(&context.path).map_or_else(|| context.path.clone(), Cow::Owned),
            query,
            key: context.key.as_ref().map(|(_, key)| Arc::clone(key)),
            outcome: RequestOutcome::ClientDisconnected,
            duration: Duration::ZERO,
            from_page: context.from_page,
            details: None,
        };
        Self {
            knows: world.verdict.kept(),
            world,
            arrived: context.arrived,
            elapsed: context.came.elapsed,
            told: Arc::clone(&context.told),
            record: Some(record),
            details: RecordDetails::default(),
            given: None,
            aside: Aside { meant, ..Aside::default() },
        }
    }

    /// Writes down how it was answered.
    pub fn close(mut self, response: &mut Response) {
        let Some(record) = &mut self.record else { return };
        record.outcome = match response.extensions().get::<ConnectionFault>() {
            None => RequestOutcome::Status(response.status().as_u16()),
            Some(_) => RequestOutcome::ConnectionFault,
        };
        self.details.findings =
            response.extensions_mut().remove::<Noticed>().map(|noticed| noticed.0).unwrap_or_default();
        if self.details.findings.is_empty() {
            self.details.problem = response.extensions().get().map(Problem::to_string);
        }
        record.duration = self.arrived.elapsed();
        self.given = self.told.page().filter(|_| goes_whole(record, response));
        if let Some(BodyFault::Drip { .. }) = response.extensions().get() {
            let arrival = Arrival::default();
            response.extensions_mut().insert(arrival.clone());
            self.aside.arrival = Some(arrival);
        }
        self.aside.retry_after = wait(response);
        log(record, response.extensions().get::<Problem>());
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(record) = self.record.take() {
            if of_the_operation(&record.path) && !record.from_page {
                let aside = Aside { findings: self.details.findings.clone(), ..std::mem::take(&mut self.aside) };
                self.world.verdict.add(Trace {
                    id: record.id,
                    time: record.time,
                    elapsed: self.elapsed,
                    key: record.key.clone(),
                    query: Arc::clone(&record.query),
                    status: record.outcome.status_or_zero(),
                    head: record.method == "HEAD",
                    knows: self.knows,
                    given: self.given,
                    aside: aside.boxed(),
                });
            }
            let duration = match record.outcome {
                RequestOutcome::ClientDisconnected => self.arrived.elapsed(),
                RequestOutcome::Status(_) | RequestOutcome::ConnectionFault => record.duration,
            };
            let details = RecordDetails { answered_by: self.told.answerer(), ..std::mem::take(&mut self.details) };
            self.world.journal.add(JournalRecord { duration, details: details.boxed(), ..record });
        }
    }
}

fn of_the_operation(path: &str) -> bool {
    path.trim_end_matches('/') == AUDIT_LOGS
}

/// Whether all of an answer goes to the client.
fn goes_whole(record: &JournalRecord, response: &Response) -> bool {
    let length = response.body().size_hint().exact();
    let whole = match response.extensions().get::<BodyFault>() {
        None | Some(BodyFault::Drip { .. }) => true,
        Some(BodyFault::Truncate { bytes }) => length.is_some_and(|length| length <= *bytes as u64),
        Some(BodyFault::Malformed) => false,
    };
    whole && record.method != "HEAD"
}

/// How long an answer tells the client to wait.
fn wait(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// A method as the journal keeps it: any that is not known may be long.
fn method(method: &Method) -> Cow<'static, str> {
    match *method {
        Method::GET => Cow::Borrowed("GET"),
        Method::HEAD => Cow::Borrowed("HEAD"),
        _ => method.as_str().chars().take(20).collect(),
    }
}

/// What the journal keeps of a path or query of no sensible length; `None` when it keeps all.
fn beginning(text: &str) -> Option<String> {
    /// With all records of this length a journal takes 40 MB.
    const LONGEST: usize = 4096;

    if text.len() <= LONGEST {
        return None;
    }
    text.char_indices().nth(LONGEST).map(|(end, _)| format!("{}…", &text[..end]))
}

/// A request that was not answered with what it asked for is told at the terminal, in the words of its answer; any
/// other is a line for whoever looks closer.
fn log(record: &JournalRecord, problem: Option<&Problem>) {
    let JournalRecord { id, method, path, query, .. } = record;
    let status = record.outcome.status_or_zero();
    let mark = if query.is_empty() { "" } else { "?" };
    let query = shortened(query);
    // Inside the macros below, so that it costs nothing when nobody listens.
    let key = || record.key.as_ref().map(ToString::to_string).unwrap_or_default();
    let line = format_args!("{status} {method} {path}{mark}{query}");
    if let Some(problem) = problem {
        let words = problem.to_string();
        tracing::info!(key = key(), request = %id, "{line} {}", shortened(&words));
    } else {
        tracing::debug!(key = key(), took = ?record.duration, request = %id, "{line}");
    }
}

fn shortened(text: &str) -> &str {
    if text.len() <= LONGEST_LOGGED {
        return text;
    }
    text.char_indices().nth(LONGEST_LOGGED).map_or(text, |(end, _)| &text[..end])
}

/// Characters of a query, or of a message, in a line of the log.
const LONGEST_LOGGED: usize = 500;
