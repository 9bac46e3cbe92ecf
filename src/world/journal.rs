//! What each client asked and got: a bounded record, so that a test can look at what its client did.

mod kept;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use uuid::Uuid;

use crate::contract::{QueryIssue, Timestamp};
use crate::keys::Key;
use kept::Kept;

/// A request and its answer. Holds no secret: the key is known by its name and last four characters.
#[derive(Debug, Clone)]
pub struct JournalRecord {
    /// The identifier in `X-Request-Id`.
    pub id: Uuid,
    /// When it came, by the world's clock.
    pub time: Timestamp,
    /// The method.
    pub method: Cow<'static, str>,
    /// The path.
    pub path: Cow<'static, str>,
    /// The raw query string without any secret; its beginning when it is longer than any sensible one.
    pub query: Arc<str>,
    /// The key, when the token was one.
    pub key: Option<Arc<Key>>,
    /// The status of the answer; 0 when a fault closed the connection without one, or the client went away before it.
    pub status: u16,
    /// From the request's head to the answer's, in real time.
    pub duration: Duration,
    /// What was wrong with the request, or ignored in it.
    pub findings: Vec<QueryIssue>,
    /// What the client was told of an error, unless the findings say it.
    pub problem: Option<String>,
    /// What answered in place of the operation.
    pub answered_by: Option<AnsweredBy>,
    /// Whether the page of this server asked, and no client that is tested.
    pub from_page: bool,
}

/// What answered in place of the operation, or changed its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnsweredBy {
    /// The rate limit.
    Limit,
    /// The header `Prefer` of the request.
    Prefer,
    /// These faults, by number.
    Faults(Vec<u64>),
    /// A failure of the scenario.
    Scenario,
}

/// Which records to list; what is not said lists all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JournalFilter {
    /// The method, in any case.
    pub method: Option<String>,
    /// The exact path.
    pub path: Option<String>,
    /// The key's name.
    pub key: Option<String>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The first digit of the status.
    pub status_class: Option<u16>,
    /// `limit`, `prefer`, `fault` or `scenario`.
    pub answered_by: Option<String>,
    /// The rule that a finding names.
    pub rule: Option<String>,
    /// Not before this instant of the world's clock.
    pub since: Option<Timestamp>,
    /// Not after this instant of the world's clock.
    pub until: Option<Timestamp>,
    /// Whether the page of this server asked.
    pub from_page: Option<bool>,
}

/// The journal of a world.
#[derive(Debug, Default)]
pub struct Journal {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Oldest first.
    records: VecDeque<Kept>,
    dropped: u64,
    /// How many records were ever added, and how often all were forgotten.
    changes: u64,
}

impl Journal {
    /// How many records are kept; the oldest go first.
    pub const CAPACITY: usize = 10_000;

    /// Keeps a record.
    pub fn add(&self, record: JournalRecord) {
        let mut inner = self.inner.lock();
        inner.changes += 1;
        if inner.records.len() == Self::CAPACITY {
            inner.records.pop_front();
            inner.dropped += 1;
        }
        inner.records.push_back(record.into());
    }

    /// The records that a filter lets through, newest first.
    #[must_use]
    pub fn list(&self, filter: &JournalFilter) -> Vec<JournalRecord> {
        self.inner.lock().records.iter().rev().map(Kept::record).filter(|record| filter.matches(record)).collect()
    }

    /// How many records a filter lets through.
    #[must_use]
    pub fn count(&self, filter: &JournalFilter) -> usize {
        self.inner.lock().records.iter().map(Kept::record).filter(|record| filter.matches(record)).count()
    }

    /// How many records went because there were too many.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.inner.lock().dropped
    }

    /// Grows by one with every record, those included that went since, and whenever all are forgotten.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.inner.lock().changes
    }

    /// Forgets all records; tells how many there were.
    pub fn clear(&self) -> usize {
        let mut inner = self.inner.lock();
        let changes = inner.changes + 1;
        let cleared = std::mem::replace(&mut *inner, Inner { changes, ..Inner::default() });
        drop(inner);
        cleared.records.len()
    }
}

impl AnsweredBy {
    /// The word in a listing and in a filter.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Prefer => "prefer",
            Self::Faults(_) => "fault",
            Self::Scenario => "scenario",
        }
    }
}

impl JournalFilter {
    /// Whether a record is among those meant.
    #[must_use]
    pub fn matches(&self, record: &JournalRecord) -> bool {
        fn is<T: PartialEq>(asked: Option<&T>, actual: Option<&T>) -> bool {
            asked.is_none() || asked == actual
        }
        let answered_by = record.answered_by.as_ref().map(|by| by.as_str().to_owned());
        let key = record.key.as_ref().map(|key| &key.name);
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&record.method))
            && self.path.as_ref().is_none_or(|path| *path == record.path)
            && is(self.key.as_ref(), key)
            && is(self.status.as_ref(), Some(&record.status))
            && self.status_class.is_none_or(|class| record.status / 100 == class)
            && is(self.answered_by.as_ref(), answered_by.as_ref())
            && self.rule.as_ref().is_none_or(|rule| record.findings.iter().any(|finding| finding.rule == rule))
            && self.since.is_none_or(|since| record.time >= since)
            && self.until.is_none_or(|until| record.time <= until)
            && is(self.from_page.as_ref(), Some(&record.from_page))
    }
}
