//! A request for audit logs and its answer, with the query parsed again from its observation.

use std::sync::Arc;

use super::observation::Observation;
use crate::contract::{Query, query};

/// A request for audit logs and its answer.
#[derive(Debug)]
pub struct Exchange {
    /// Its position in the order of answers, among all requests of the world.
    pub number: usize,
    pub observation: Arc<Observation>,
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
    pub fn new(number: usize, observation: Arc<Observation>) -> Self {
        let parse = || query::reparse(observation.parsed_query().unwrap_or(&observation.query), observation.offsets());
        let served = observation.delivered_page().map(|page| Served {
            query: parse().unwrap_or_default(),
            arrivals: page.arrivals as usize,
            entries: page.entries as usize,
            total_pages: page.total_pages as usize,
        });
        let may_retry = served.is_none() && !observation.is_head && is_retryable(observation.status);
        let retryable = if may_retry { parse() } else { None };
        Self { number, observation, served, retryable }
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
