//! A request for audit logs and what became of it, as far as a judgement needs to know.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use uuid::Uuid;

use crate::contract::{self, Query, Timestamp};
use crate::keys::Key;

/// A request for audit logs and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The identifier in `X-Request-Id`.
    pub id: Uuid,
    /// When it came, by the world's clock.
    pub time: Timestamp,
    /// When it came, by the world's age, which never runs backwards.
    pub elapsed: Duration,
    /// The key, when the token was one.
    pub key: Option<Arc<Key>>,
    /// The raw query string without any secret.
    pub query: Arc<str>,
    /// The status of the answer; 0 when there was none.
    pub status: u16,
    /// How long the client was told to wait.
    pub retry_after: Option<Duration>,
    /// What was wrong with the request, or ignored in it.
    pub findings: Vec<contract::Finding>,
    /// Whether nothing but the head of an answer was asked for.
    pub head: bool,
    /// How many requests had been answered when it came: what any of these told, the client could know.
    pub knows: usize,
    /// The page, when one was given whole.
    pub served: Option<Served>,
    /// Whether it has reached the client; `None` of one that is sent at once.
    pub arrival: Option<Arrival>,
}

/// Whether an answer that takes its time has been sent to its last byte: not yet, by default.
#[derive(Debug, Clone, Default)]
pub struct Arrival(Arc<AtomicBool>);

impl Arrival {
    /// The last byte was sent.
    pub fn completed(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the last byte was sent.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A page that was given.
#[derive(Debug, Clone)]
pub struct Served {
    /// What was asked, understood.
    pub query: Query,
    /// How many entries had been added to the world.
    pub arrivals: usize,
    /// How many entries were on the page.
    pub entries: usize,
    /// How many pages there were.
    pub total_pages: usize,
}

impl Exchange {
    /// The understood query, if a page of it was given.
    pub(super) fn asked(&self) -> Option<&Query> {
        self.served.as_ref().map(|served| &served.query)
    }
}
