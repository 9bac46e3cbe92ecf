//! The journal of a world: the last requests and their outcomes, so that a test can check what its client sent.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use uuid::Uuid;

use super::memory::{self, SharedMemory, allocation};
use crate::contract::query::{self, Offsets, QueryRejection, Strictness};
use crate::contract::{AUDIT_LOGS, FilterField, Parameter, Query, QueryIssue, Timestamp, Vocabulary};
use crate::keys::Key;
use crate::text::word_enum;

/// One request and its outcome. It contains no secret: the key is named, and its token reduced to four characters.
#[derive(Debug, Clone)]
pub struct JournalRecord {
    /// The value of `X-Request-Id`.
    pub id: Uuid,
    /// The time at which the request was received, by the world's clock.
    pub time: Timestamp,
    /// The method.
    pub method: Cow<'static, str>,
    /// The path, redacted.
    pub path: Cow<'static, str>,
    /// The raw query string, redacted, and truncated if it is longer than 4,096 characters.
    pub query: Arc<str>,
    /// Whether `query` is only the beginning of the query string, which cannot be parsed.
    pub query_truncated: bool,
    /// The client's address, the version of HTTP and some headers; boxed to keep the record small.
    pub head: Box<RequestHead>,
    /// The key to which the token belongs; `None` for an unknown token or none.
    pub key: Option<Arc<Key>>,
    /// How the request ended.
    pub outcome: RequestOutcome,
    /// Real time from the head of the request to the head of the response; without a response, until the fault closed the
    /// connection or the client was seen to be gone.
    pub duration: Duration,
    /// The size of the body of the response before a fault changes it; `None` without a response.
    pub response_bytes: Option<u32>,
    /// Whether the server's own web UI sent the request; such requests are not judged.
    pub from_ui: bool,
    /// What most records do not have; boxed to keep the others small.
    pub details: Option<Box<RecordDetails>>,
}

/// The fields of a record that a plain, successful request leaves empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordDetails {
    /// What was wrong with the query, or ignored in it.
    pub issues: Vec<QueryIssue>,
    /// The error message of the response, unless the issues contain it.
    pub problem: Option<String>,
    /// What answered in place of the operation, delayed its response or changed it.
    pub intervention: Option<Intervention>,
    /// How the server read offsets of date-times.
    pub offsets: Offsets,
}

/// The address and version of a request, and those of its headers that are recorded: never `Authorization` or a cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHead {
    /// The network address of the client.
    pub address: IpAddr,
    /// The version, such as `HTTP/1.1`.
    pub http_version: &'static str,
    headers: [Option<Box<str>>; RecordedHeader::ALL.len()],
}

word_enum! {
    /// A header that is recorded.
    pub enum RecordedHeader {
        /// `User-Agent`
        UserAgent = "User-Agent",
        /// `Accept`
        Accept = "Accept",
        /// `Accept-Encoding`
        AcceptEncoding = "Accept-Encoding",
        /// `traceparent` (W3C Trace Context)
        Traceparent = "traceparent",
        /// `X-Request-Id`, as the client sent it
        RequestId = "X-Request-Id",
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestOutcome {
    /// A response with this status.
    Status(u16),
    /// No response: a fault closed the connection.
    ConnectionFault,
    /// No response: the connection or the stream was closed before there was one. That is the client, in all but two cases:
    /// the server stops, or, over HTTP/2, a fault closes the connection for another stream.
    ClientDisconnected,
}

/// What answered in place of the operation, delayed its response or changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intervention {
    /// The rate limit.
    Limit,
    /// The request's header `Prefer`.
    Prefer,
    /// The fault rules with these numbers.
    Faults(Vec<u64>),
    /// A failure injected by the scenario.
    Scenario,
}

word_enum! {
    /// The kind of an [`Intervention`], as listings and filters spell it.
    pub enum InterventionKind {
        /// The rate limit.
        Limit = "limit",
        /// The request's header `Prefer`.
        Prefer = "prefer",
        /// Fault rules.
        Fault = "fault",
        /// A failure injected by the scenario.
        Scenario = "scenario",
    }
}

/// Selects records; each field that is set narrows the selection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JournalFilter {
    /// The method, case-insensitive.
    pub method: Option<String>,
    /// The exact path.
    pub path: Option<String>,
    /// The key's name.
    pub key: Option<String>,
    /// The status of the response.
    pub status: Option<StatusFilter>,
    /// What answered in place of the operation, delayed its response or changed it.
    pub intervention: Option<InterventionKind>,
    /// The rule of the contract that a finding names.
    pub rule: Option<String>,
    /// The earliest time of the request, inclusive, by the world's clock.
    pub since: Option<Timestamp>,
    /// The latest time of the request, inclusive, by the world's clock.
    pub until: Option<Timestamp>,
    /// Whether the server's own web UI sent the request.
    pub from_ui: Option<bool>,
    /// A part of `User-Agent`, case-insensitive.
    pub user_agent: Option<String>,
    /// `traceparent`, or the trace id in it.
    pub traceparent: Option<String>,
    /// The values of parameters of the operation.
    pub query: Option<QueryFilter>,
}

/// Selects the requests for audit logs whose parsed query has exactly the same values of some parameters: each `GET` of
/// their path, whatever the response.
///
/// It does not select a request that is refused for its query, nor one whose query is truncated.
///
/// ```
/// use cortex_audit_mock::world::{JournalFilter, QueryFilter};
///
/// let first_pages_of_teams = JournalFilter {
///     query: Some(QueryFilter::parse("objectTypes=TEAM&page=0").unwrap()),
///     ..JournalFilter::default()
/// };
/// # let _ = first_pages_of_teams;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryFilter {
    expected: Query,
    /// What is expected of a request whose offsets of date-times the server ignored; `None` if it would have refused the query.
    expected_without_offsets: Option<Query>,
    /// The parameters that are compared.
    parameters: Vec<Parameter>,
}

/// Selects records by the status of the response; `429.into()` is that status alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFilter {
    /// One status.
    Code(u16),
    /// All statuses with this first digit.
    Class(u16),
    /// No response at all.
    NoResponse,
}

/// The journal of a world: at most [`Journal::CAPACITY`] records, and [`Journal::MAX_BYTES`].
#[derive(Debug, Default)]
pub struct Journal {
    inner: Mutex<Inner>,
    memory: SharedMemory,
}

#[derive(Debug, Default)]
struct Inner {
    /// Oldest first.
    records: VecDeque<JournalRecord>,
    /// The bytes that the records have allocated.
    allocated: usize,
    dropped: u64,
    /// Records ever added, plus the number of times that all were removed.
    changes: u64,
}

impl Journal {
    /// The number of records that are kept; the oldest is dropped first.
    pub const CAPACITY: usize = 10_000;

    /// The memory of the records that are kept, in bytes; the oldest is dropped first.
    pub const MAX_BYTES: usize = 8 << 20;

    /// An empty journal. It has less room when all sessions together take too much of the memory.
    pub(crate) fn new(memory: SharedMemory) -> Self {
        Self { inner: Mutex::default(), memory }
    }

    /// Appends a record.
    pub fn add(&self, record: JournalRecord) {
        let mut inner = self.inner.lock();
        let bytes_before = inner.bytes();
        inner.changes += 1;
        inner.allocated += record.allocated();
        inner.records.push_back(record);
        let max_bytes = self.memory.limit(Self::MAX_BYTES);
        while inner.records.len() > Self::CAPACITY || inner.bytes() > max_bytes {
            inner.drop_oldest();
        }
        self.memory.resize(bytes_before, inner.bytes());
    }

    /// The records that match a filter, newest first.
    #[must_use]
    pub fn list(&self, filter: &JournalFilter) -> Vec<JournalRecord> {
        let all_but_query = JournalFilter { query: None, ..filter.clone() };
        let is_match = |record: &&JournalRecord| all_but_query.matches(record);
        let mut records: Vec<_> = self.inner.lock().records.iter().rev().filter(is_match).cloned().collect();
        // Parsing takes long, and the lock is released.
        if let Some(query) = &filter.query {
            records.retain(|record| query.matches(record));
        }
        records
    }

    /// The number of records that match a filter.
    #[must_use]
    pub fn count(&self, filter: &JournalFilter) -> usize {
        if filter.query.is_some() {
            return self.list(filter).len();
        }
        self.inner.lock().records.iter().filter(|record| filter.matches(record)).count()
    }

    /// The number of records that were dropped because the journal was full.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.inner.lock().dropped
    }

    /// The memory of the records, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.inner.lock().bytes()
    }

    /// A number that grows by one with every record and every [`Journal::clear`], and never shrinks: a poller compares
    /// it.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.inner.lock().changes
    }

    /// Removes all records and returns their number.
    pub fn clear(&self) -> usize {
        let mut inner = self.inner.lock();
        let changes = inner.changes + 1;
        let cleared = std::mem::replace(&mut *inner, Inner { changes, ..Inner::default() });
        self.memory.resize(cleared.bytes(), 0);
        // The records are freed after the lock.
        drop(inner);
        cleared.records.len()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Inner {
    fn bytes(&self) -> usize {
        self.records.capacity() * size_of::<JournalRecord>() + self.allocated
    }

    fn drop_oldest(&mut self) {
        let Some(oldest) = self.records.pop_front() else { return };
        self.allocated -= oldest.allocated();
        self.dropped += 1;
        // When large records replace many small ones, the room of those is freed too.
        if self.records.capacity() > 4 * self.records.len() {
            self.records.shrink_to(2 * self.records.len());
        }
    }
}

impl JournalRecord {
    /// The status of the response; `None` when there was none.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        self.outcome.status()
    }

    /// The bytes that the record has allocated, beside its own size. A key belongs to the server.
    fn allocated(&self) -> usize {
        let Self {
            id: _,
            time: _,
            method,
            path,
            query,
            query_truncated: _,
            head,
            key: _,
            outcome: _,
            duration: _,
            response_bytes: _,
            from_ui: _,
            details,
        } = self;
        let text = |text: &Cow<'static, str>| match text {
            Cow::Borrowed(_) => 0,
            Cow::Owned(text) => allocation(text.capacity()),
        };
        let details =
            details.as_ref().map_or(0, |details| allocation(size_of::<RecordDetails>()) + details.allocated());
        text(method) + text(path) + memory::shared_text(query) + head.allocated() + details
    }

    /// What was wrong with the query, or ignored in it.
    #[must_use]
    pub fn issues(&self) -> &[QueryIssue] {
        self.details.as_ref().map_or(&[], |details| &details.issues)
    }

    /// The error message of the response, unless the issues contain it.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.details.as_ref()?.problem.as_deref()
    }

    /// How the server read offsets of date-times.
    #[must_use]
    pub fn offsets(&self) -> Offsets {
        self.details.as_ref().map_or_else(Offsets::default, |details| details.offsets)
    }

    /// What answered in place of the operation, delayed its response or changed it.
    #[must_use]
    pub fn intervention(&self) -> Option<&Intervention> {
        self.details.as_ref()?.intervention.as_ref()
    }
}

impl RequestHead {
    /// The head of a request without headers.
    #[must_use]
    pub fn new(address: IpAddr, http_version: &'static str) -> Self {
        Self { address, http_version, headers: Default::default() }
    }

    /// Adds a header. The values of one that is sent twice are joined, as RFC 9110 allows.
    pub fn add(&mut self, header: RecordedHeader, value: &str) {
        /// A request can repeat a header a thousand times; further values than these are left out.
        const MAX_BYTES: usize = 1000;

        let slot = &mut self.headers[header as usize];
        *slot = Some(match slot {
            None => value.into(),
            Some(first) if first.len() > MAX_BYTES => return,
            Some(first) => format!("{first}, {value}").into(),
        });
    }

    /// The value of a header, redacted and truncated; `None` if it was not sent.
    #[must_use]
    pub fn header(&self, header: RecordedHeader) -> Option<&str> {
        self.headers[header as usize].as_deref()
    }

    /// The headers that were sent.
    pub fn headers(&self) -> impl Iterator<Item = (RecordedHeader, &str)> {
        RecordedHeader::ALL.into_iter().filter_map(|header| Some((header, self.header(header)?)))
    }

    fn allocated(&self) -> usize {
        let Self { address: _, http_version: _, headers } = self;
        let headers = headers.iter().flatten().map(|value| allocation(value.len()));
        allocation(size_of::<Self>()) + headers.sum::<usize>()
    }
}

impl RecordDetails {
    /// The details for [`JournalRecord::details`]; `None` when all are empty.
    #[must_use]
    pub fn boxed(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
}

impl RecordDetails {
    fn allocated(&self) -> usize {
        let Self { issues, problem, intervention, offsets: _ } = self;
        let of_intervention = match intervention {
            Some(Intervention::Faults(numbers)) => allocation(numbers.capacity() * size_of::<u64>()),
            Some(Intervention::Limit | Intervention::Prefer | Intervention::Scenario) | None => 0,
        };
        memory::issues(issues) + problem.as_ref().map_or(0, |problem| allocation(problem.capacity())) + of_intervention
    }
}

impl RequestOutcome {
    /// The status of the response; `None` when there was none.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status),
            Self::ConnectionFault | Self::ClientDisconnected => None,
        }
    }

    /// The status as JSON and log lines spell it: 0 when there was no response.
    #[must_use]
    pub fn status_or_zero(self) -> u16 {
        self.status().unwrap_or_default()
    }
}

impl Intervention {
    /// The kind, without the numbers of the faults.
    #[must_use]
    pub const fn kind(&self) -> InterventionKind {
        match self {
            Self::Limit => InterventionKind::Limit,
            Self::Prefer => InterventionKind::Prefer,
            Self::Faults(_) => InterventionKind::Fault,
            Self::Scenario => InterventionKind::Scenario,
        }
    }
}

impl From<u16> for StatusFilter {
    fn from(status: u16) -> Self {
        Self::Code(status)
    }
}

impl StatusFilter {
    /// Whether an outcome matches.
    #[must_use]
    pub fn matches(self, outcome: RequestOutcome) -> bool {
        match self {
            Self::Code(code) => outcome.status() == Some(code),
            Self::Class(class) => outcome.status().is_some_and(|status| status / 100 == class),
            Self::NoResponse => outcome.status().is_none(),
        }
    }
}

impl JournalFilter {
    /// Whether a record matches.
    #[must_use]
    pub fn matches(&self, record: &JournalRecord) -> bool {
        fn matches<T: PartialEq>(wanted: Option<&T>, actual: Option<&T>) -> bool {
            wanted.is_none() || wanted == actual
        }
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&record.method))
            && self.path.as_ref().is_none_or(|path| *path == record.path)
            && matches(self.key.as_ref(), record.key.as_ref().map(|key| &key.name))
            && self.status.is_none_or(|status| status.matches(record.outcome))
            && matches(self.intervention.as_ref(), record.intervention().map(Intervention::kind).as_ref())
            && self.rule.as_ref().is_none_or(|rule| record.issues().iter().any(|issue| issue.rule == rule))
            && self.since.is_none_or(|since| record.time >= since)
            && self.until.is_none_or(|until| record.time <= until)
            && matches(self.from_ui.as_ref(), Some(&record.from_ui))
            && self.user_agent.as_ref().is_none_or(|part| {
                let agent = record.head.header(RecordedHeader::UserAgent).unwrap_or_default();
                agent.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
            })
            && self.traceparent.as_ref().is_none_or(|wanted| {
                let trace = record.head.header(RecordedHeader::Traceparent);
                trace.is_some_and(|trace| trace == wanted || trace.split('-').nth(1) == Some(wanted))
            })
            && self.query.as_ref().is_none_or(|query| query.matches(record))
    }
}

impl QueryFilter {
    /// The filter for a raw query string: each parameter in it must have exactly these values, in any order, where a default
    /// counts as given. An offset of a date-time means what it meant in the request. A list or a time without a value, such as `objectTypes=`, selects the requests that gave none.
    ///
    /// # Errors
    /// What the operation would refuse.
    pub fn parse(raw: &str) -> Result<Self, QueryRejection> {
        let name = |pair: &str| query::decoded(pair.split('=').next()?).and_then(|name| Parameter::named(&name));
        let parameters: Vec<Parameter> = raw.split('&').filter_map(name).collect();
        // The parser refuses a time without a value; left out, it is the same.
        let is_absent_time = |pair: &&str| {
            let value = pair.split_once('=').map_or("", |(_, value)| value);
            value.is_empty() && matches!(name(pair), Some(Parameter::StartTime | Parameter::EndTime))
        };
        let given = raw.split('&').filter(|pair| !is_absent_time(pair)).collect::<Vec<_>>().join("&");
        let parsed = query::parse(&given, &Vocabulary::published(), Strictness::Lenient, Offsets::Honoured)?;
        let expected_without_offsets = query::reparse(&given, Offsets::Ignored);
        Ok(Self { expected: parsed.query, expected_without_offsets, parameters })
    }

    /// Whether a record is of a request for audit logs with these values. Its query is parsed again.
    #[must_use]
    pub fn matches(&self, record: &JournalRecord) -> bool {
        let expected = match record.offsets() {
            // A request with an offset that was refused is not selected.
            Offsets::Honoured | Offsets::Refused => Some(&self.expected),
            Offsets::Ignored => self.expected_without_offsets.as_ref(),
        };
        let is_for_audit_logs = record.method == "GET" && record.path.trim_end_matches('/') == AUDIT_LOGS;
        is_for_audit_logs
            && !record.query_truncated
            && expected.is_some_and(|expected| {
                query::reparse(&record.query, record.offsets())
                    .is_some_and(|query| self.matches_query(&query, expected))
            })
    }

    fn matches_query(&self, query: &Query, expected: &Query) -> bool {
        let values = |query: &Query, field: FilterField| -> BTreeSet<String> {
            query.filters.values(field).iter().cloned().collect()
        };
        self.parameters.iter().all(|parameter| match *parameter {
            Parameter::StartTime => query.start_time == expected.start_time,
            Parameter::EndTime => query.end_time == expected.end_time,
            Parameter::Page => query.page == expected.page,
            Parameter::PageSize => query.page_size == expected.page_size,
            Parameter::Filter(field) => values(query, field) == values(expected, field),
        })
    }
}
