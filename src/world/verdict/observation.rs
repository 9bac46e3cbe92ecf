//! What a request for audit logs leaves behind until somebody asks how the client did: as little as can be, for there are
//! many, and most are never looked at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::contract::Timestamp;
use crate::contract::query::Offsets;
use crate::keys::Key;

/// A request for audit logs and its answer.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The identifier in `X-Request-Id`.
    pub id: Uuid,
    /// When it came, by the world's clock.
    pub time: Timestamp,
    /// When it came, by the world's age, which never runs backwards.
    pub elapsed: Duration,
    /// When it came, by the machine's clock.
    pub received_at: Instant,
    /// When it was answered, by the machine's clock.
    pub answered_at: Instant,
    /// The port of the client, where the requests of a connection come one after the other.
    pub connection: Option<u16>,
    /// The key.
    pub key: Arc<Key>,
    /// The raw query string as the journal has it; empty of a request that was refused with 401.
    pub query: Arc<str>,
    /// The status of the answer; 0 when there was none.
    pub status: u16,
    /// Whether nothing but the head of an answer was asked for.
    pub is_head: bool,
    /// How many requests had been answered when it came: what any of these told, the client could know.
    pub answered_before: usize,
    /// The page, when one was given whole.
    pub page: Option<PageSummary>,
    /// What most requests do not have.
    pub details: Option<Box<ObservationDetails>>,
}

impl Observation {
    /// The page that the client has been sent to its last byte.
    pub(super) fn delivered_page(&self) -> Option<PageSummary> {
        let delivery = self.details.as_ref().and_then(|details| details.delivery.as_ref());
        self.page.filter(|_| delivery.is_none_or(Delivery::is_complete))
    }

    /// The known parameters of the query string, all of them, when the journal has only its beginning.
    pub(super) fn parsed_query(&self) -> Option<&Arc<str>> {
        self.details.as_ref()?.parsed_query.as_ref()
    }

    /// How long the client was told to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.details.as_ref()?.retry_after
    }

    /// How the server read offsets of date-times.
    pub(super) fn offsets(&self) -> Offsets {
        self.details.as_ref().map(|details| details.offsets).unwrap_or_default()
    }

    /// What was wrong with the request, or ignored in it.
    pub(super) fn issues(&self) -> &[Issue] {
        self.details.as_ref().map_or(&[], |details| &details.issues)
    }

    /// Shares texts that the request before has too, as of one that is sent again and again. Returns the bytes of the others.
    pub(super) fn share_texts(&mut self, before: Option<&Self>) -> usize {
        let share = |text: &mut Arc<str>, known: Option<&Arc<str>>| match known {
            Some(known) if known == text => {
                *text = Arc::clone(known);
                0
            }
            _ => text.len(),
        };
        let of_query = share(&mut self.query, before.map(|before| &before.query));
        let known = before.and_then(Self::parsed_query);
        let Some(details) = &mut self.details else { return of_query };
        let of_parsed = details.parsed_query.as_mut().map_or(0, |query| share(query, known));
        let issues: usize = details.issues.iter().map(|issue| size_of::<Issue>() + issue.message.len()).sum();
        of_query + of_parsed + size_of::<ObservationDetails>() + issues
    }
}

/// A page that was given, beside its query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSummary {
    /// How many entries had been added to the world.
    pub arrivals: u32,
    /// How many entries were on the page.
    pub entries: u32,
    /// How many pages there were.
    pub total_pages: u32,
}

/// What most requests do not have.
#[derive(Debug, Clone, Default)]
pub struct ObservationDetails {
    /// The known parameters of the query string as they were understood, when the journal has only its beginning, or may not
    /// show it like that.
    pub parsed_query: Option<Arc<str>>,
    /// What was wrong with the request, or ignored in it.
    pub issues: Vec<Issue>,
    /// How long the client was told to wait.
    pub retry_after: Option<Duration>,
    /// How the server read offsets of date-times.
    pub offsets: Offsets,
    /// Whether the page has reached the client; `None` of one that is sent at once.
    pub delivery: Option<Delivery>,
}

/// The message of an issue with a request.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The identifier of its rule.
    pub rule: &'static str,
    /// A whole sentence, in which values are short.
    pub message: String,
}

/// Whether an answer that takes its time has been sent to its last byte: not yet, by default.
#[derive(Debug, Clone, Default)]
pub struct Delivery(Arc<AtomicBool>);

impl Delivery {
    /// The last byte was sent.
    pub fn completed(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the last byte was sent.
    pub fn is_complete(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl PageSummary {
    /// Counts beyond what 32 bits hold are as many as they hold; no world has so many entries.
    pub fn new(arrivals: usize, entries: usize, total_pages: usize) -> Self {
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Self { arrivals: count(arrivals), entries: count(entries), total_pages: count(total_pages) }
    }
}

impl ObservationDetails {
    /// In a box if there is anything.
    #[must_use]
    pub fn boxed(self) -> Option<Box<Self>> {
        let Self { parsed_query, issues, retry_after, offsets, delivery } = &self;
        let nothing = parsed_query.is_none()
            && issues.is_empty()
            && retry_after.is_none()
            && *offsets == Offsets::default()
            && delivery.is_none();
        (!nothing).then(|| Box::new(self))
    }
}
