//! A request for audit logs and what became of it, understood again from its trace.

use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::trace::{Aside, Delivery, Trace};
use crate::contract::{Query, QueryIssue, Timestamp, query};

/// A request for audit logs and its answer.
#[derive(Debug)]
pub struct Exchange {
    /// The identifier in `X-Request-Id`.
    pub id: Uuid,
    /// When it came, by the world's clock.
    pub time: Timestamp,
    /// When it came, by the world's age, which never runs backwards.
    pub elapsed: Duration,
    /// The raw query string without any secret.
    pub query: Arc<str>,
    /// Whether it is only the beginning of the received query string.
    pub truncated: bool,
    /// The status of the answer; 0 when there was none.
    pub status: u16,
    /// How long the client was told to wait.
    pub retry_after: Option<Duration>,
    /// What was wrong with the request, or ignored in it.
    pub findings: Vec<QueryIssue>,
    /// Whether nothing but the head of an answer was asked for.
    pub head: bool,
    /// How many requests had been answered when it came: what any of these told, the client could know.
    pub knows: usize,
    /// The page, when one was given whole and has reached the client.
    pub served: Option<Served>,
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

/// An exchange and its position in answer order.
pub struct Numbered {
    pub number: usize,
    pub exchange: Exchange,
    /// When, by the machine's own time, if anybody had been told to wait.
    pub answered: Option<Instant>,
}

impl Exchange {
    /// The understood query, if a page of it was given.
    pub fn asked(&self) -> Option<&Query> {
        self.served.as_ref().map(|served| &served.query)
    }
}

impl From<Trace> for Exchange {
    fn from(trace: Trace) -> Self {
        let Trace { id, time, elapsed, query, status, head, knows, given, aside, .. } = trace;
        let Aside { meant, truncated, findings, retry_after, arrival } = aside.map(|aside| *aside).unwrap_or_default();
        let reached = arrival.as_ref().is_none_or(Delivery::is_complete);
        let served = given.filter(|_| reached).map(|given| Served {
            query: query::reparse(meant.as_deref().unwrap_or(&query)).unwrap_or_default(),
            arrivals: given.arrivals as usize,
            entries: given.entries as usize,
            total_pages: given.total_pages as usize,
        });
        Self { id, time, elapsed, query, truncated, status, retry_after, findings, head, knows, served }
    }
}

/// What was asked for by a request that failed and that a client does well to send again.
pub fn in_vain(failed: &Exchange) -> Option<Query> {
    may_pass(failed).then(|| query::reparse(&failed.query))?
}

/// The page of that.
pub fn page_in_vain(failed: &Exchange) -> Option<u32> {
    let page = || query::first_value(&failed.query, "page").map_or(Some(0), |page| page.parse().ok());
    may_pass(failed).then(page)?
}

/// What a client does well to try again; a page that did not arrive whole is a 200.
pub fn may_pass(failed: &Exchange) -> bool {
    matches!(failed.status, 0 | 200 | 408 | 429 | 500..)
}
