//! A request for audit logs and its answer, with the query parsed again from its observation.

use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::observation::{Delivery, Issue, Observation, ObservationDetails};
use crate::contract::{Query, Timestamp, query};

/// A request for audit logs and its answer.
#[derive(Debug)]
pub struct Exchange {
    /// Its position in the order of answers, among all requests of the world.
    pub number: usize,
    /// The identifier in `X-Request-Id`.
    pub id: Uuid,
    /// When it was received, by the world's clock.
    pub time: Timestamp,
    /// When it was received, by the world's age, which never runs backwards.
    pub elapsed: Duration,
    /// When it was received and answered, by the machine's clock.
    pub received_at: Instant,
    pub answered_at: Instant,
    /// The port of the client, if requests of its connection come one after the other.
    pub connection: Option<u16>,
    /// The raw query string as the journal has it.
    pub query: Arc<str>,
    /// The known parameters of the query string, all of them, when the journal has only its beginning.
    pub parsed_query: Option<Arc<str>>,
    /// The status of the response; 0 when there was none.
    pub status: u16,
    /// How long the client was told to wait.
    pub retry_after: Option<Duration>,
    /// What was wrong with the request, or ignored in it.
    pub issues: Vec<Issue>,
    /// Whether it is a `HEAD`, which is answered with no page.
    pub is_head: bool,
    /// How many requests had been answered when it was received: the client could know these answers.
    pub answered_before: usize,
    /// The page, when it was sent whole.
    pub served: Option<Served>,
    /// What was asked, when the request failed and a client does well to send it again.
    pub retryable: Option<Query>,
}

/// A page that was sent whole.
#[derive(Debug, Clone)]
pub struct Served {
    /// The parsed query.
    pub query: Query,
    /// How many entries had been added to the world.
    pub arrivals: usize,
    /// How many entries were on the page.
    pub entries: usize,
    /// How many pages there were.
    pub total_pages: usize,
}

impl Exchange {
    pub fn new(number: usize, observation: Observation) -> Self {
        let Observation { id, time, elapsed, received_at, answered_at, connection, key: _, .. } = observation;
        let Observation { query, status, is_head, answered_before, page, details, .. } = observation;
        let ObservationDetails { parsed_query, issues, retry_after, offsets, delivery } =
            details.map(|details| *details).unwrap_or_default();
        let page = page.filter(|_| delivery.as_ref().is_none_or(Delivery::is_complete));
        let parse = || query::reparse(parsed_query.as_deref().unwrap_or(&query), offsets);
        let served = page.map(|page| Served {
            query: parse().unwrap_or_default(),
            arrivals: page.arrivals as usize,
            entries: page.entries as usize,
            total_pages: page.total_pages as usize,
        });
        let retryable = if served.is_none() && !is_head && is_retryable(status) { parse() } else { None };
        Self {
            number,
            id,
            time,
            elapsed,
            received_at,
            answered_at,
            connection,
            query,
            parsed_query,
            status,
            retry_after,
            issues,
            is_head,
            answered_before,
            served,
            retryable,
        }
    }

    /// The query of the page that was served.
    pub fn served_query(&self) -> Option<&Query> {
        self.served.as_ref().map(|served| &served.query)
    }

    /// What was asked for, if a page was served or may be later.
    pub fn asked_query(&self) -> Option<&Query> {
        self.served_query().or(self.retryable.as_ref())
    }
}

/// Whether a client does well to send a request again that was answered so; a page that was not sent whole has a 200.
const fn is_retryable(status: u16) -> bool {
    matches!(status, 0 | 200 | 408 | 429 | 500..)
}
