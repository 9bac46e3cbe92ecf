//! The journal record of a request in progress, and its line in the log.
//!
//! [`PendingRecord`] is the only way into the journal. The middleware opens the record after it has identified the client and
//! redacted the request, and before anything can refuse the request. Admission and handler add to the record. It is written
//! once: to the journal and, for a client's request for audit logs, to the observations of the verdict.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody;
use axum::extract::Request;
use axum::http::{Method, Version};
use axum::response::Response;
use parking_lot::Mutex;

use super::context::{RequestContext, is_audit_logs};
use super::cors;
use super::fault_injection::{BodyFault, ConnectionFault};
use super::problem::{self, Problem};
use super::redact::Secrets;
use crate::contract::QueryIssue;
use crate::contract::query::known_parameters;
use crate::keys::Key;
use crate::text::{first_chars, truncate};
use crate::world::verdict::{Delivery, Issue, Observation, ObservationDetails, PageSummary, UnknownKey};
use crate::world::{Intervention, JournalRecord, RecordDetails, RecordedHeader, RequestHead, RequestOutcome};

/// The most issues of one request that are logged, and that its record has: a request can have thousands.
pub const MAX_ISSUES: usize = 20;

/// Handle on the record of a request in progress; clones are handles on the same record.
///
/// It is written by [`PendingRecord::close`], or without a response when the last handle is dropped: when a client
/// disconnects before there is a response, hyper drops the future that holds the handles.
#[derive(Debug, Clone)]
pub struct PendingRecord(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    context: Arc<RequestContext>,
    method: Cow<'static, str>,
    /// Whether a browser asks in advance for a web page: the verdict does not judge it, because it is not the client's request.
    is_preflight: bool,
    /// The number of observations that the verdict had when the request was received.
    answered_before: usize,
    /// `None` once the record is written.
    annotations: Mutex<Option<Annotations>>,
}

/// The query string in the journal and in the observations of the verdict.
struct RecordedQuery {
    text: Arc<str>,
    /// Whether `text` is only the beginning of it.
    truncated: bool,
}

/// What the middleware and the handler add while the record is open.
#[derive(Debug)]
struct Annotations {
    head: Box<RequestHead>,
    intervention: Option<Intervention>,
    issues: Vec<QueryIssue>,
    page: Option<PageSummary>,
}

impl Annotations {
    fn new(head: Box<RequestHead>) -> Self {
        Self { head, intervention: None, issues: Vec::new(), page: None }
    }
}

impl PendingRecord {
    /// Opens the record of a request.
    pub fn open(request: &Request, context: &Arc<RequestContext>) -> Self {
        Self(Arc::new(Inner {
            context: Arc::clone(context),
            method: method(request.method(), &context.secrets),
            is_preflight: cors::is_preflight(request),
            answered_before: context.world.observations.count(),
            annotations: Mutex::new(Some(Annotations::new(request_head(request, context)))),
        }))
    }

    /// Adds what responds in place of the operation, delays its response or changes it.
    pub fn set_intervention(&self, by: Intervention) {
        self.0.annotate(|annotations| annotations.intervention = Some(by));
    }

    /// Adds copies of the first issues of the query: what is wrong with it, or ignored in it.
    pub fn set_issues<'a>(&self, issues: impl IntoIterator<Item = &'a QueryIssue>) {
        let issues: Vec<QueryIssue> = issues.into_iter().take(MAX_ISSUES).map(recorded_issue).collect();
        if !issues.is_empty() {
            self.0.annotate(|annotations| annotations.issues = issues);
        }
    }

    /// Adds the page that the operation responds with.
    pub fn set_page(&self, page: PageSummary) {
        self.0.annotate(|annotations| annotations.page = Some(page));
    }

    /// Redacts the problem of the response, and writes the record with it and a line in the log.
    pub fn close(self, response: &mut Response) {
        problem::redact(response, &self.0.context.secrets);
        self.0.write(Some(response));
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.write(None);
    }
}

impl Inner {
    fn annotate(&self, add: impl FnOnce(&mut Annotations)) {
        if let Some(annotations) = self.annotations.lock().as_mut() {
            add(annotations);
        }
    }

    /// Writes the record unless it is written already.
    fn write(&self, response: Option<&Response>) {
        let taken = self.annotations.lock().take();
        let Some(annotations) = taken else { return };
        let context = &self.context;
        let query = self.recorded_query();
        let problem = response.and_then(|response| response.extensions().get::<Problem>());
        let details = RecordDetails {
            problem: problem.filter(|_| annotations.issues.is_empty()).map(recorded_problem),
            issues: annotations.issues,
            intervention: annotations.intervention,
            offsets: context.settings.offsets,
        };
        let outcome = response.map_or(RequestOutcome::ClientDisconnected, outcome);
        let response_bytes = match (outcome, response) {
            (RequestOutcome::Status(_), Some(response)) => self.response_bytes(response, problem),
            _ => None,
        };
        let record = JournalRecord {
            id: context.id.uuid(),
            time: context.clock.now,
            method: self.method.clone(),
            path: beginning(&context.path)
                .map_or_else(|| context.path.clone(), |path: Box<str>| Cow::Owned(path.into())),
            query: Arc::clone(&query.text),
            query_truncated: query.truncated,
            head: annotations.head,
            key: context.authentication.key().map(Arc::clone),
            outcome,
            duration: context.received_at.elapsed(),
            response_bytes,
            from_ui: context.from_ui,
            details: details.boxed(),
        };
        if response.is_some() {
            log_request(&record, problem);
        }
        let is_judged = !context.from_ui && !context.counts_for_absent_session && !self.is_preflight;
        if is_judged && is_audit_logs(&context.path) {
            match record.key.clone() {
                Some(key) => {
                    context.world.observations.add(self.observation(&record, key, query, annotations.page, response));
                }
                None => context.world.observations.add_unknown_key(UnknownKey::new(record.time)),
            }
        }
        context.world.journal.add(record);
    }

    /// The size of the body as it is before a fault changes it. The body of a problem is made later.
    fn response_bytes(&self, response: &Response, problem: Option<&Problem>) -> Option<u32> {
        let bytes = match problem {
            Some(problem) => self.problem_bytes(problem),
            None => response.body().size_hint().exact()?,
        };
        u32::try_from(if self.method == "HEAD" { 0 } else { bytes }).ok()
    }

    /// Rare: out of line, so that a plain request does not pay for its stack.
    #[cold]
    #[inline(never)]
    fn problem_bytes(&self, problem: &Problem) -> u64 {
        problem.body(self.context.id).len() as u64
    }

    fn recorded_query(&self) -> RecordedQuery {
        let query = self.context.query.for_log();
        match beginning(query) {
            Some(text) => RecordedQuery { text, truncated: true },
            None => RecordedQuery { text: Arc::clone(query), truncated: false },
        }
    }

    /// The observation for the verdict.
    fn observation(
        &self,
        record: &JournalRecord,
        key: Arc<Key>,
        recorded_query: RecordedQuery,
        page: Option<PageSummary>,
        response: Option<&Response>,
    ) -> Observation {
        let query = &self.context.query;
        let RecordedQuery { text, truncated } = recorded_query;
        let status = record.outcome.status_or_zero();
        // Of what the limit or the key refuses no more is kept than the verdict needs: it may be sent very often.
        let text = match status {
            401 => Arc::default(),
            429 => known_parameters(&text).into(),
            _ => text,
        };
        let differs = status != 401 && (truncated || query.has_token());
        let issue = |issue: &QueryIssue| Issue { rule: issue.rule, message: issue.to_string() };
        let details = ObservationDetails {
            parsed_query: differs.then(|| known_parameters(query.for_parser()).into()),
            issues: record.issues().iter().map(issue).collect(),
            retry_after: response.and_then(retry_after),
            offsets: record.offsets(),
            delivery: response.and_then(|response| match response.extensions().get::<BodyFault>() {
                Some(BodyFault::Drip { delivery, .. }) => Some(Delivery::clone(delivery)),
                Some(BodyFault::Truncate { .. } | BodyFault::FirstHalf) | None => None,
            }),
        };
        let is_head = self.method == "HEAD";
        Observation {
            id: record.id,
            time: record.time,
            elapsed: self.context.clock.world_age,
            received_at: self.context.received_at,
            answered_at: self.context.received_at + record.duration,
            connection: self.context.connection,
            key,
            query: text,
            status,
            is_head,
            answered_before: self.answered_before,
            page: page.filter(|_| !is_head && response.is_some_and(is_delivered_whole)),
            details: details.boxed(),
        }
    }
}

fn outcome(response: &Response) -> RequestOutcome {
    match response.extensions().get::<ConnectionFault>() {
        None => RequestOutcome::Status(response.status().as_u16()),
        Some(ConnectionFault::Reset | ConnectionFault::Empty) => RequestOutcome::ConnectionFault,
    }
}

fn is_delivered_whole(response: &Response) -> bool {
    let fault = response.extensions().get::<BodyFault>();
    fault.is_none_or(|fault| fault.delivers_whole(response.body().size_hint().exact()))
}

/// How long a response tells the client to wait.
fn retry_after(response: &Response) -> Option<Duration> {
    response.extensions().get::<Problem>()?.retry_after().map(Duration::from_secs)
}

/// The name of a method, redacted and truncated: an unknown one may be long.
fn method(method: &Method, secrets: &Secrets) -> Cow<'static, str> {
    match *method {
        Method::GET => Cow::Borrowed("GET"),
        Method::HEAD => Cow::Borrowed("HEAD"),
        _ => secrets.redact(method.as_str()).chars().take(20).collect(),
    }
}

/// What the journal keeps of the head of a request.
fn request_head(request: &Request, context: &RequestContext) -> Box<RequestHead> {
    /// Longer than the usual `User-Agent` of a browser.
    const MAX_CHARS: usize = 200;

    let http_version = match request.version() {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/1.1",
    };
    let mut head = Box::new(RequestHead::new(context.address, http_version));
    for (name, value) in request.headers() {
        let is_name = |header: &RecordedHeader| header.as_str().eq_ignore_ascii_case(name.as_str());
        let Some(header) = RecordedHeader::ALL.into_iter().find(is_name) else { continue };
        head.add(header, &truncate(&context.secrets.redact(&String::from_utf8_lossy(value.as_bytes())), MAX_CHARS));
    }
    head
}

/// The first `MAX_CHARS` characters of a path or query that has more; `None` for a shorter one, which needs no copy.
fn beginning<T: From<Box<str>>>(text: &str) -> Option<T> {
    /// Most URLs are shorter. A journal has room for some two thousand queries of this length.
    const MAX_CHARS: usize = 4096;

    match truncate(text, MAX_CHARS) {
        Cow::Borrowed(_) => None,
        Cow::Owned(beginning) => Some(beginning.into_boxed_str().into()),
    }
}

/// The message of a problem; it can contain a whole path.
fn recorded_problem(problem: &Problem) -> String {
    const MAX_CHARS: usize = 2000;

    truncate(&problem.to_string(), MAX_CHARS).into_owned()
}

/// A copy of an issue, in which texts of the client are truncated: a value can be as long as the query. Its message, which has
/// shorter excerpts of them, is the same.
fn recorded_issue(issue: &QueryIssue) -> QueryIssue {
    const MAX_CHARS: usize = 200;

    let QueryIssue { rule, severity, parameter, value, reason, accepted, nearest, example } = issue;
    let beginning = |text: &String| truncate(text, MAX_CHARS).into_owned();
    QueryIssue {
        rule,
        severity: *severity,
        parameter: beginning(parameter),
        value: beginning(value),
        reason: reason.clone(),
        accepted: accepted.clone(),
        nearest: nearest.as_ref().map(beginning),
        example: example.as_ref().map(beginning),
    }
}

/// Logs a request: a problem in the words of its response, at the level that is logged by default; anything else for
/// debugging.
fn log_request(record: &JournalRecord, problem: Option<&Problem>) {
    let JournalRecord { id, method, path, query, .. } = record;
    let status = record.outcome.status_or_zero();
    let mark = if query.is_empty() { "" } else { "?" };
    let query = shortened(query);
    // Evaluated inside the macros: free when the level is off.
    let key = || record.key.as_ref().map(ToString::to_string).unwrap_or_default();
    let line = format_args!("{status} {method} {path}{mark}{query}");
    if let Some(problem) = problem {
        let message = problem.to_string();
        tracing::info!(key = key(), request = %id, "{line} {}", shortened(&message));
    } else {
        tracing::debug!(key = key(), took = ?record.duration, request = %id, "{line}");
    }
}

/// The first characters of a query or a message, for one line of the log.
fn shortened(text: &str) -> &str {
    const MAX_CHARS: usize = 500;

    first_chars(text, MAX_CHARS)
}
