//! A request for audit logs and what became of it, understood again from its trace.

use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::observation::{Delivery, Observation, ObservationDetails};
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
    pub issues: Vec<QueryIssue>,
    /// Whether nothing but the head of an answer was asked for.
    pub is_head: bool,
    /// How many requests had been answered when it came: what any of these told, the client could know.
    pub answered_before: usize,
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

impl From<Observation> for Exchange {
    fn from(trace: Observation) -> Self {
        let Observation { id, time, elapsed, query, status, is_head, answered_before, page, details, .. } = trace;
        let ObservationDetails { parsed_query, truncated, issues, retry_after, delivery } =
            details.map(|details| *details).unwrap_or_default();
        let reached = delivery.as_ref().is_none_or(Delivery::is_complete);
        let served = page.filter(|_| reached).map(|page| Served {
            query: query::reparse(parsed_query.as_deref().unwrap_or(&query)).unwrap_or_default(),
            arrivals: page.arrivals as usize,
            entries: page.entries as usize,
            total_pages: page.total_pages as usize,
        });
        Self { id, time, elapsed, query, truncated, status, retry_after, issues, is_head, answered_before, served }
    }
}

/// What was asked for by a request that failed and that a client does well to send again.
pub fn retryable_query(failed: &Exchange) -> Option<Query> {
    is_retryable(failed).then(|| query::reparse(&failed.query))?
}

/// The page of that.
pub fn retryable_page(failed: &Exchange) -> Option<u32> {
    let page = || query::first_value(&failed.query, "page").map_or(Some(0), |page| page.parse().ok());
    is_retryable(failed).then(page)?
}

/// What a client does well to try again; a page that did not arrive whole is a 200.
pub fn is_retryable(failed: &Exchange) -> bool {
    matches!(failed.status, 0 | 200 | 408 | 429 | 500..)
}
